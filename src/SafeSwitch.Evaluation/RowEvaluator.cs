using System.Diagnostics;
using System.Text;
using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Training.Refusals;

namespace SafeSwitch.Evaluation;

/// <summary>
/// Evaluates one row after another. One prefill serves every method that reads the same prompt: the probes score it, the model
/// answers by itself, and where any method intervenes the session rewinds and the refusal adapter answers.
/// </summary>
internal sealed class RowEvaluator
{
    private readonly ILanguageModel model;
    private readonly GuardedModel loop;
    private readonly EvaluationOptions options;
    private readonly AnswerJudge judge;
    private readonly string run;
    private readonly string? adapter;
    private readonly RowProbes probes;
    private readonly GreedyAnswer decoder;

    public RowEvaluator(LoadedBundle bundle, GuardedModel loop, EvaluationOptions options, string run)
    {
        model = bundle.Model;
        this.loop = loop;
        this.options = options;
        this.run = run;
        judge = new AnswerJudge(options);
        adapter = options.Policies.Values.Select(p => p.Adapter).FirstOrDefault()
            ?? (bundle.Bundle.Manifest.Adapters is [var first, ..] ? first.Name : null);
        probes = new RowProbes(bundle, options);
        decoder = new GreedyAnswer(model);
    }

    public async ValueTask<EvaluatedRow> EvaluateAsync(EvaluationRow row, CancellationToken cancellationToken)
    {
        var evaluated = await AnswerAsync(row, cancellationToken).ConfigureAwait(false);
        if (row.SafetyPrompt is { } prompt)
            evaluated = evaluated with { SafetyPrompt = await AnswerAfterAsync(prompt, options.AnswerLimit(row.Data), cancellationToken).ConfigureAwait(false) };
        return judge.Judge(evaluated, row.Data);
    }

    private async ValueTask<EvaluatedRow> AnswerAsync(EvaluationRow row, CancellationToken cancellationToken)
    {
        var prompt = row.Prompt.Tokens;
        var room = model.Info.ContextLength - prompt.Length;
        var answerLimit = Math.Min(options.AnswerLimit(row.Data), room);
        var capacity = Math.Min(room, Math.Max(options.RefusalLimit(row.Data, isIntervened: true), Math.Max(answerLimit, probes.LongestPilot)));
        var session = await model.OpenSessionAsync(
            new DecodingOptions { Capacity = prompt.Length + capacity, HiddenStates = probes.States }, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var started = Stopwatch.GetTimestamp();
            await session.PrefillAsync(prompt, cancellationToken).ConfigureAwait(false);
            var prefill = Stopwatch.GetElapsedTime(started);

            var scores = probes.ScorePrompt(session, row);
            var unguarded = await decoder.DecodeAsync(session, answerLimit, probes.Kept, probes.LongestPilot, cancellationToken).ConfigureAwait(false);
            IReadOnlyList<int> tokens = [.. decoder.Tokens];
            scores = probes.ScoreResponse(scores, decoder.KeptMs, row);

            var interventions = probes.Decide(scores);
            EvaluatedAnswer? guarded = null;
            double? step = null;
            var isIntervened = interventions.Any(i => i.Value && i.Key != Methods.AlwaysOn);
            var refusalLimit = Math.Min(options.RefusalLimit(row.Data, isIntervened), room);
            if (interventions.Values.Contains(true))
            {
                started = Stopwatch.GetTimestamp();
                session.Rewind(prompt.Length - 1);
                session.SetAdapter(adapter);
                await session.DecodeAsync(prompt.Span[^1], cancellationToken).ConfigureAwait(false);
                step = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                var isToldOnly = !isIntervened && !row.Data.Harmful && row.Data.Answer is null;
                guarded = await decoder.DecodeAsync(
                    session, refusalLimit, [], 0, cancellationToken, isToldOnly ? RefusesByClause : null).ConfigureAwait(false);
            }

            bool? agrees = null;
            if (row.IsChecked && options.CheckedPolicy is { } policy)
            {
                agrees = interventions[policy]
                    ? await AgreesAsync(row, policy, true, refusalLimit, decoder.Tokens, cancellationToken).ConfigureAwait(false)
                    : await AgreesAsync(row, policy, false, answerLimit, tokens, cancellationToken).ConfigureAwait(false);
            }

            return new EvaluatedRow
            {
                Id = row.Data.Id,
                Set = row.Data.Set,
                Source = row.Data.Source,
                SourceSeen = row.SourceSeen,
                Split = row.Data.Split,
                Kind = RowKinds.Of(row.Data),
                Wrapper = row.Data.Wrapper,
                Harmful = row.Data.Harmful,
                PromptTokens = prompt.Length,
                PrefillMs = prefill.TotalMilliseconds,
                ProbeMs = scores.Timings.PromptProbeMs + scores.Timings.ResponseProbeMs.Values.Sum(),
                PromptScore = scores.Prompt,
                ResponseScores = scores.Response,
                ReferenceScore = scores.Reference,
                ReferenceResponseScore = scores.ReferenceResponse,
                Interventions = interventions,
                Unguarded = unguarded,
                Guarded = guarded,
                Timings = scores.Timings with { StepMs = step },
                LoopAgrees = agrees,
                Run = run,
            };
        }
    }

    // Of what nobody but "always on" refuses it need only be told whether it is refused: a clause does, half of one ("I can't help
    // but") doesn't.
    private static bool RefusesByClause(StringBuilder text) =>
        text.Length > 0 && text[^1] is (',' or '.' or '!' or '?' or ';') && RefusalMatcher.IsRefusal(text.ToString());

    private async ValueTask<SafetyPromptAnswer> AnswerAfterAsync(EncodedPrompt prompt, int limit, CancellationToken cancellationToken)
    {
        limit = Math.Min(limit, model.Info.ContextLength - prompt.Tokens.Length);
        var session = await model.OpenSessionAsync(new DecodingOptions { Capacity = prompt.Tokens.Length + limit }, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var started = Stopwatch.GetTimestamp();
            await session.PrefillAsync(prompt.Tokens, cancellationToken).ConfigureAwait(false);
            var prefill = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            var answer = await decoder.DecodeAsync(session, limit, [], 0, cancellationToken).ConfigureAwait(false);
            return new SafetyPromptAnswer(prompt.Tokens.Length, prefill, answer);
        }
    }

    private async ValueTask<bool> AgreesAsync(
        EvaluationRow row, string policy, bool intervened, int limit, IReadOnlyList<int> tokens, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest { Messages = row.Data.Messages, MaxNewTokens = limit, Policy = options.Policies[policy] };
        var result = await loop.GenerateAsync(request, cancellationToken).ConfigureAwait(false);
        return result.Intervened == intervened && result.Tokens.SequenceEqual(tokens);
    }
}
