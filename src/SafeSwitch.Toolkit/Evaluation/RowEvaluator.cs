using System.Diagnostics;
using SafeSwitch.Backends;
using SafeSwitch.Generation;
using SafeSwitch.Monitoring;

namespace SafeSwitch.Toolkit.Evaluation;

/// <summary>
/// Evaluates one row after another. One prefill serves every method: the probes score it, the model answers by itself, and
/// where any method intervenes the session rewinds and the refusal adapter answers.
/// </summary>
internal sealed class RowEvaluator
{
    private readonly ILanguageModel model;
    private readonly GuardedModel loop;
    private readonly EvaluationOptions options;
    private readonly AnswerJudge judge;
    private readonly string run;
    private readonly string? adapter;
    private readonly IProbe? promptProbe;
    private readonly IProbe? responseProbe;
    private readonly int[] pilots;
    private readonly int longestPilot;
    private readonly string[] states;
    private readonly KeptStates[] kept;
    private readonly GreedyAnswer decoder;

    public RowEvaluator(LoadedBundle bundle, GuardedModel loop, EvaluationOptions options, string run)
    {
        model = bundle.Model;
        this.loop = loop;
        this.options = options;
        this.run = run;
        judge = new AnswerJudge(options.Texts);
        adapter = options.Policies.Values.Select(p => p.Adapter).FirstOrDefault()
            ?? (bundle.Bundle.Manifest.Adapters is [var first, ..] ? first.Name : null);
        var isGuarded = options.Policies.Count > 0;
        promptProbe = isGuarded ? bundle.Probes.First(p => p.Stage == MonitorStage.Prompt) : null;
        responseProbe = isGuarded ? bundle.Probes.FirstOrDefault(p => p.Stage == MonitorStage.Response) : null;
        pilots = [.. options.Policies.Values
            .Where(p => p.Stages == GuardStages.PromptAndResponse).Select(p => p.PilotTokens).Distinct().Order()];
        longestPilot = pilots.Length > 0 ? pilots[^1] : 0;
        states = [.. new[] { promptProbe, responseProbe, options.Reference }.OfType<IProbe>().SelectMany(p => p.HiddenStates).Distinct()];
        kept = pilots.Length == 0 ? [] : [.. responseProbe!.HiddenStates.Select(s => new KeptStates(s, model.Info.HiddenSize, longestPilot))];
        decoder = new GreedyAnswer(model);
    }

    public async ValueTask<EvaluatedRow> EvaluateAsync(EvaluationRow row, CancellationToken cancellationToken)
    {
        var prompt = row.Prompt;
        var length = prompt.Tokens.Length;
        var room = model.Info.ContextLength - length;
        var answerLimit = Math.Min(options.AnswerTokens, room);
        var refusalLimit = Math.Min(options.RefusalTokens, room);
        var session = await model.OpenSessionAsync(
            new SessionOptions { Capacity = length + Math.Max(Math.Max(answerLimit, refusalLimit), Math.Min(longestPilot, room)), HiddenStates = states },
            cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var started = Stopwatch.GetTimestamp();
            await session.PrefillAsync(prompt.Tokens, cancellationToken).ConfigureAwait(false);
            var prefill = Stopwatch.GetElapsedTime(started);

            started = Stopwatch.GetTimestamp();
            var promptScore = Score(promptProbe, session, prompt, row);
            var probes = Stopwatch.GetElapsedTime(started);
            var referenceScore = Score(options.Reference, session, prompt, row);

            foreach (var states in kept)
                states.Clear();
            var unguarded = await decoder.DecodeAsync(session, answerLimit, kept, longestPilot, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<int> tokens = [.. decoder.Tokens];

            started = Stopwatch.GetTimestamp();
            var responseScores = ScoreResponse(unguarded.Tokens, row);
            probes += Stopwatch.GetElapsedTime(started);

            var interventions = Decide(promptScore, responseScores, referenceScore);
            EvaluatedAnswer? guarded = null;
            IReadOnlyList<int> refusal = [];
            if (interventions.ContainsValue(true))
            {
                session.Rewind(length - 1);
                session.SetAdapter(adapter);
                await session.DecodeAsync(prompt.Tokens.Span[^1], cancellationToken).ConfigureAwait(false);
                guarded = await decoder.DecodeAsync(session, refusalLimit, [], 0, cancellationToken).ConfigureAwait(false);
                refusal = decoder.Tokens;
            }

            bool? agrees = null;
            if (row.IsChecked && options.CheckedPolicy is { } policy)
            {
                var intervened = interventions[policy];
                agrees = await AgreesAsync(row, policy, intervened, intervened ? refusal : tokens, cancellationToken).ConfigureAwait(false);
            }

            var evaluated = new EvaluatedRow
            {
                Id = row.Data.Id,
                Set = row.Data.Set,
                Source = row.Data.Source,
                SourceSeen = row.SourceSeen,
                Split = row.Data.Split,
                Kind = RowKinds.Of(row.Data),
                Wrapper = row.Data.Wrapper,
                Harmful = row.Data.Harmful,
                PromptTokens = length,
                PrefillMs = prefill.TotalMilliseconds,
                ProbeMs = probes.TotalMilliseconds,
                PromptScore = promptScore,
                ResponseScores = responseScores,
                ReferenceScore = referenceScore,
                Interventions = interventions,
                Unguarded = unguarded,
                Guarded = guarded,
                LoopAgrees = agrees,
                Run = run,
            };
            return judge.Judge(evaluated, row.Data.Request);
        }
    }

    private static float? Score(IProbe? probe, IDecodingSession session, EncodedPrompt prompt, EvaluationRow row)
    {
        if (probe is null)
            return null;
        var states = new HiddenStates[probe.HiddenStates.Count];
        for (var i = 0; i < states.Length; i++)
            states[i] = session.GetHiddenStates(probe.HiddenStates[i]);
        return Checked(probe, probe.Score(states, prompt.ContentMask), row);
    }

    private Dictionary<int, float> ScoreResponse(int tokens, EvaluationRow row)
    {
        var scores = new Dictionary<int, float>();
        if (tokens == 0)
            return scores;
        foreach (var pilot in pilots)
        {
            foreach (var states in kept)
                states.Show(pilot);
            scores[pilot] = Checked(responseProbe!, responseProbe!.Score(kept, ReadOnlyMemory<float>.Empty), row);
        }

        return scores;
    }

    private Dictionary<string, bool> Decide(float? promptScore, Dictionary<int, float> responseScores, float? referenceScore)
    {
        var interventions = new Dictionary<string, bool>();
        if (referenceScore is { } reference)
            interventions[Methods.Reference] = reference >= options.ReferenceThreshold;
        foreach (var (name, policy) in options.Policies)
        {
            // An answer that ends at once has no pilot to look at, and nothing to intervene on.
            interventions[name] = promptScore >= policy.PromptThreshold
                && (policy.Stages == GuardStages.Prompt
                    || (responseScores.TryGetValue(policy.PilotTokens, out var score) && score >= policy.ResponseThreshold));
        }

        return interventions;
    }

    private async ValueTask<bool> AgreesAsync(
        EvaluationRow row, string policy, bool intervened, IReadOnlyList<int> tokens, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest
        {
            Messages = row.Data.Messages,
            MaxNewTokens = intervened ? options.RefusalTokens : options.AnswerTokens,
            Policy = options.Policies[policy],
        };
        var result = await loop.GenerateAsync(request, cancellationToken).ConfigureAwait(false);
        return result.Intervened == intervened && result.Tokens.SequenceEqual(tokens);
    }

    private static float Checked(IProbe probe, float score, EvaluationRow row) => score is >= 0 and <= 1
        ? score
        : throw new SafeSwitchException($"Row '{row.Data.Key}': probe '{probe.Name}' gave {score}, expected a probability. Train it again.");
}
