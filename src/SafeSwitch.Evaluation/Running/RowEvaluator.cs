using System.Text;
using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Running;

/// <summary>
/// Evaluates one row after another: every method answers it by the guarded loop, each as a host would run it, over a model that
/// computes nothing twice (<see cref="ReplayingModel"/>).
/// </summary>
internal sealed class RowEvaluator : IAsyncDisposable
{
    private readonly LoadedBundle bundle;
    private readonly EvaluationOptions options;
    private readonly AnswerJudge judge;
    private readonly RefusalRules rules;
    private readonly string run;
    private readonly Recorder recorder = new();
    private readonly ReplayingModel model;
    private readonly ReplayingModel promptedModel;
    private readonly ComparedMethod unguarded;
    private readonly ComparedMethod prompted;
    private readonly ComparedMethod? alwaysOn;
    private readonly IReadOnlyList<ComparedMethod> guards;
    private readonly IReadOnlyList<ComparedMethod> observers;
    private readonly ComparedMethod? referenceObserver;
    private readonly ComparedMethod? plain;
    private readonly string? adapter;

    public RowEvaluator(LoadedBundle bundle, EvaluationOptions options, string run)
    {
        (this.bundle, this.options, this.run) = (bundle, options, run);
        judge = new AnswerJudge(options);
        rules = options.Rules();
        adapter = AdapterOf(options.Policies.Values.FirstOrDefault());

        IProbe[] probes = options.Policies.Count > 0 ? [.. bundle.Probes] : [];
        IProbe[] referenceProbes = [.. new[] { options.Reference?.Prompt, options.Reference?.Response }.OfType<IProbe>()];
        string[] states =
        [
            .. probes.Concat(referenceProbes).SelectMany(p => p.HiddenStates)
                .Concat(options.Monitors.Values.SelectMany(m => new[] { MonitorStage.Prompt, MonitorStage.Response }.SelectMany(m.Monitor.GetHiddenStates)))
                .Distinct(),
        ];
        model = new ReplayingModel(bundle.Model, states, recorder);
        promptedModel = new ReplayingModel(bundle.Model, [], recorder);

        var nobody = new AlwaysIntervenes();
        unguarded = Method(Methods.Unguarded, null, model, [], nobody);
        prompted = Method(Methods.SafetyPrompt, null, promptedModel, [], nobody);
        alwaysOn = options.AlwaysOn ? Method(Methods.AlwaysOn, new SafetyPolicy { Adapter = adapter }, model, [], nobody) : null;

        probes = Recorded(probes);
        var reference = options.Reference is null ? null : new ProbeMonitor(Recorded(referenceProbes));
        guards =
        [
            .. reference is null ? [] : new[] { Method(Methods.Reference, options.Reference!.Policy, model, [], reference) },
            .. options.Policies.Select(p => Method(p.Key, p.Value, model, probes, null)),
            .. options.Monitors.Select(m => Method(m.Key, m.Value.Policy, model, [], new RecordedMonitor(m.Value.Monitor, recorder))),
        ];

        // Every row is scored at both stages, whatever a policy asks for: by policies that find everything suspicious, and do nothing.
        var pilots = options.Policies.Values.Where(p => p.Stages == GuardStages.PromptAndResponse).Select(p => p.PilotTokens).Distinct().Order().ToList();
        observers = options.Policies.Count == 0 ? []
            : pilots.Count == 0 ? [Observer(null, probes, new ProbeMonitor(probes))]
            : [.. pilots.Select(p => Observer(p, probes, new ProbeMonitor(probes)))];
        referenceObserver = reference is null ? null : Observer(options.Reference!.PilotTokens, [], reference);

        plain = options.CheckedPolicy is not { } name ? null
            : options.Monitors.TryGetValue(name, out var monitor) ? Method(name, monitor.Policy, bundle.Model, [], monitor.Monitor)
            : Method(name, options.Policies[name], bundle.Model, bundle.Probes, null);
    }

    public async ValueTask<EvaluatedRow> EvaluateAsync(EvaluationRow row, CancellationToken cancellationToken)
    {
        try
        {
            return judge.Judge(await AnswerAsync(row, cancellationToken).ConfigureAwait(false), row.Data);
        }
        catch (SafeSwitchException e)
        {
            throw new SafeSwitchException($"Row '{row.Data.Key}': {e.Message}", e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await model.DisposeAsync().ConfigureAwait(false);
        await promptedModel.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<EvaluatedRow> AnswerAsync(EvaluationRow row, CancellationToken cancellationToken)
    {
        var (data, messages) = (row.Data, row.Messages);
        var room = model.Info.ContextLength - row.Prompt.Tokens.Length;
        var answerLimit = Math.Min(options.AnswerLimit(data), room);
        var refusalLimit = Math.Min(options.RefusalLimit(data, isIntervened: true), room);
        var longest = Math.Max(answerLimit + refusalLimit, Math.Max(64, options.RefusalLimit(data, isIntervened: false)));
        await model.BeginAsync(messages, row.Prompt, row.Prompt.Tokens.Length + Math.Min(room, longest)).ConfigureAwait(false);

        // First the model by itself: the other methods follow its answer up to where they part from it, and find it computed.
        var byItself = await unguarded.AnswerAsync(messages, answerLimit, cancellationToken).ConfigureAwait(false);
        var scores = await ScoreAsync(observers, messages, room, cancellationToken).ConfigureAwait(false);
        var reference = referenceObserver is null ? [] : await ScoreAsync([referenceObserver], messages, room, cancellationToken).ConfigureAwait(false);

        List<MethodAnswer> answers = [];
        foreach (var guard in guards)
            answers.Add(await guard.AnswerAsync(messages, answerLimit, refusalLimit, room, cancellationToken).ConfigureAwait(false));
        var refused = answers.Find(SpeaksForAll);
        var costs = answers.ToDictionary(a => a.Method.Name, a => a.Cost);
        if (alwaysOn is not null)
        {
            var limit = Math.Min(options.RefusalLimit(data, isIntervened: refused is not null), room);
            var isToldOnly = refused is null && !data.Harmful && data.Answer is null;
            var always = await alwaysOn.AnswerAsync(messages, limit, cancellationToken, isToldOnly ? RefusesByClause : null).ConfigureAwait(false);
            refused ??= always;
            answers.Insert(0, always);
        }

        return new EvaluatedRow
        {
            Id = data.Id,
            Set = data.Set,
            Source = data.Source,
            Split = data.Split,
            Kind = RowKinds.Of(data),
            Wrapper = data.Wrapper,
            Attack = AttackRows.DisguiseOf(data),
            Harmful = data.Harmful,
            PromptTokens = row.Prompt.Tokens.Length,
            PrefillMs = byItself.Record.PrefillMs,
            ProbeMs = scores.Take(1).Sum(s => s.PromptMs) + scores.Sum(s => s.MonitorMs - s.PromptMs),
            PromptScore = scores.Count > 0 ? scores[0].PromptScore : null,
            PromptScores = scores.Count > 0 && scores[0].PromptScores.Count > 1 ? scores[0].PromptScores : null,
            Class = scores.Count > 0 ? scores[0].Class : null,
            OutOfDistribution = scores.Count > 0 ? scores[0].OutOfDistribution : null,
            ResponseScores = ResponseScores(scores),
            ReferenceScore = reference.Count > 0 ? reference[0].PromptScore : null,
            ReferenceResponseScore = reference.Count > 0 ? reference[0].ResponseScore : null,
            Interventions = answers.ToDictionary(a => a.Method.Name, a => a.IsIntervened),
            Alarms = Alarms(answers),
            Labels = Labels(answers),
            Unguarded = byItself.Answer,
            Guarded = refused?.Answer,
            Answers = OwnAnswers(answers, byItself, refused),
            SafetyPrompt = row.SafetyPrompt is { } prompt ? await AnswerAfterAsync(prompt, options.AnswerLimit(data), cancellationToken).ConfigureAwait(false) : null,
            Costs = costs.Count > 0 ? costs : null,
            LoopAgrees = row.IsChecked && plain is not null
                ? await AgreesAsync(answers.Single(a => a.Method.Name == options.CheckedPolicy), messages, cancellationToken).ConfigureAwait(false)
                : null,
            Run = run,
        };
    }

    private ComparedMethod Method(string name, SafetyPolicy? policy, ILanguageModel over, IReadOnlyList<IProbe> probes, ISafetyMonitor? monitor)
    {
        var policies = policy is null ? null : new PolicySet([KeyValuePair.Create(name, policy)], name);
        var loop = new GuardedModel(
            new LoadedBundle(bundle.Bundle, over, probes), monitor, policies is null ? null : () => policies, leaveOpen: true)
        {
            Interventions = options.Interventions,
        };
        return new ComparedMethod(name, loop, policy, recorder);
    }

    private IProbe[] Recorded(IEnumerable<IProbe> probes) => [.. probes.Select(p => new RecordedProbe(p, recorder))];

    // Further prompt probes are read as guards.
    private ComparedMethod Observer(int? pilot, IEnumerable<IProbe> probes, ProbeMonitor monitor)
    {
        var policy = new SafetyPolicy
        {
            PromptThreshold = 0,
            ResponseThreshold = 1,
            Stages = pilot is null ? GuardStages.Prompt : GuardStages.PromptAndResponse,
            PilotTokens = pilot ?? 1,
            Intervention = Intervention.ObserveOnly,
            Guards = probes.Where(p => p.Stage == MonitorStage.Prompt).Skip(1).ToDictionary(p => p.Name, _ => new PolicyGuard { Threshold = 1 }),
        };
        return Method("scores", policy, model, [], monitor);
    }

    private static async ValueTask<List<RunRecord>> ScoreAsync(
        IReadOnlyList<ComparedMethod> observers, IReadOnlyList<PromptMessage> messages, int room, CancellationToken cancellationToken)
    {
        List<RunRecord> looks = [];
        foreach (var observer in observers)
        {
            var limit = Math.Min(observer.Policy!.PilotTokens, room);
            looks.Add((await observer.AnswerAsync(messages, limit, cancellationToken).ConfigureAwait(false)).Record);
        }

        return looks;
    }

    // An answer that ends at once has no pilot to look at.
    private Dictionary<int, float> ResponseScores(IReadOnlyList<RunRecord> looks) => looks.Zip(observers)
        .Where(l => l.First.ResponseScore is not null)
        .ToDictionary(l => l.Second.Policy!.PilotTokens, l => l.First.ResponseScore!.Value);

    private static string[]? Alarms(IEnumerable<MethodAnswer> answers)
    {
        string[] alarms = [.. answers.Where(a => a.Record.IsAlarmed && !a.IsIntervened).Select(a => a.Method.Name)];
        return alarms.Length > 0 ? alarms : null;
    }

    // Which guard a policy of several went by.
    private static Dictionary<string, string>? Labels(IEnumerable<MethodAnswer> answers)
    {
        var labels = answers
            .Where(a => a.IsIntervened && a.Method.Policy?.Guards is { Count: > 0 } && a.Result?.Verdict?.Label is not null)
            .ToDictionary(a => a.Method.Name, a => a.Result!.Verdict!.Label!);
        return labels.Count > 0 ? labels : null;
    }

    // The refusal that methods have in common: the adapter's, from the first token on.
    private bool SpeaksForAll(MethodAnswer answer) =>
        answer.IsAdapterAlone && answer.Method.Policy?.ActingFor(answer.Result?.Verdict?.Guard) is { AdapterTokens: null, CustomIntervention: null } policy
        && AdapterOf(policy) == adapter;

    private string? AdapterOf(SafetyPolicy? policy) => bundle.Bundle.Manifest.AdapterOf(policy);

    private static Dictionary<string, EvaluatedAnswer>? OwnAnswers(IEnumerable<MethodAnswer> answers, MethodAnswer byItself, MethodAnswer? refused)
    {
        var own = answers
            .Where(a => !(a.IsIntervened ? refused is not null && a.IsSame(refused) : a.IsSame(byItself)))
            .ToDictionary(a => a.Method.Name, a => a.Answer);
        return own.Count > 0 ? own : null;
    }

    // Of what nobody but "always on" refuses only whether it is refused is asked. A clause tells; half of one ("I can't help but")
    // does not.
    private bool RefusesByClause(StringBuilder text) =>
        text.Length > 0 && text[^1] is (',' or '.' or '!' or '?' or ';') && rules.IsRefusal(text.ToString());

    private async ValueTask<SafetyPromptAnswer> AnswerAfterAsync(EncodedConversation prompt, int limit, CancellationToken cancellationToken)
    {
        var length = prompt.Prompt.Tokens.Length;
        limit = Math.Min(limit, model.Info.ContextLength - length);
        await promptedModel.BeginAsync(prompt.Messages, prompt.Prompt, length + limit).ConfigureAwait(false);
        var answer = await prompted.AnswerAsync(prompt.Messages, limit, cancellationToken).ConfigureAwait(false);
        return new SafetyPromptAnswer(length, answer.Record.PrefillMs, answer.Answer);
    }

    private async ValueTask<bool> AgreesAsync(MethodAnswer answer, IReadOnlyList<PromptMessage> messages, CancellationToken cancellationToken)
    {
        var result = await plain!.Loop.GenerateAsync(plain.Request(messages, answer.Limit), cancellationToken).ConfigureAwait(false);
        return result.Intervened == answer.IsIntervened && result.Tokens.SequenceEqual(answer.Result!.Tokens) && result.Text == answer.Text;
    }

    /// <summary>Decides nothing: what refusing costs and says when nobody looks.</summary>
    private sealed class AlwaysIntervenes : ISafetyMonitor
    {
        public IReadOnlyList<string> GetHiddenStates(MonitorStage stage) => [];

        public ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken) => new(new SafetyVerdict
        {
            Stage = context.Stage,
            Action = VerdictAction.Intervene,
            Reason = "the refusal adapter is always on",
        });
    }
}
