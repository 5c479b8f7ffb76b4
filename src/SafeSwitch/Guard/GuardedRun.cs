using System.Runtime.CompilerServices;
using SafeSwitch.Backends;
using SafeSwitch.Guard.Interventions;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Sampling;

namespace SafeSwitch.Guard;

/// <summary>
/// One request on its way through the guard. Answer tokens pass a window: while it is open (a pilot, or a stretch of a watched
/// answer) they are held back with their hidden states, and leave it only when the monitor has cleared them. What was never
/// cleared is never said.
/// </summary>
internal sealed class GuardedRun(ResolvedRequest request, EncodedPrompt prompt, DecodingSession session, GuardParts parts, RunMeter meter) : IDisposable
{
    private readonly SafetyPolicy? policy = request.Policy;
    private readonly PendingAnswer answer = new(parts.Model.Tokenizer.CreateTextStream(), request.Generation.StopStrings, Math.Min(request.Generation.MaxNewTokens, 512));
    private readonly HoldWindow window = new(parts.Monitor.GetHiddenStates(MonitorStage.Response), parts.Model.Info.HiddenSize);
    private readonly Sampler sampler = new(request.Generation.Sampling);
    private SafetyVerdict? verdict;
    private FinishReason? finish;
    private bool intervened;

    // Most tokens of the answer: what the request allows and the context holds; a refusal may have to be shorter.
    private int limit = Math.Min(request.Generation.MaxNewTokens, parts.Model.Info.ContextLength - prompt.Tokens.Length);

    public async IAsyncEnumerable<GenerationUpdate> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Prefill. The prompt runs once; its logits give the first token, its hidden states tell what is asked for.
        await session.PrefillAsync(prompt.Tokens, cancellationToken).ConfigureAwait(false);
        meter.Prefilled();

        // Look at the prompt. It decides at once, or asks for a pilot; otherwise the policy's watching begins.
        if (policy is not null && await LookAtPromptAsync(cancellationToken).ConfigureAwait(false) is { } refusal)
        {
            if (await CarryOutAsync(refusal, cancellationToken).ConfigureAwait(false) is { Length: > 0 } said)
                yield return meter.Release(said);
        }

        // A request that only looks at the prompt is done.
        if (request.LooksOnly)
            finish = FinishReason.EndOfAnswer;
        while (finish is null)
        {
            var token = sampler.Next(session.Logits, prompt.Tokens.Span, answer.SinceBeginning);
            var isEnd = parts.Model.Info.EndTokens.Contains(token);
            if (!isEnd)
                answer.Add(token);
            var isLast = isEnd || answer.Count == limit;

            // Hold. A token in the window is run, so that its states are known, but not shown. Once the window is full, or the
            // answer over, the monitor looks at all of it.
            if (window.IsOpen)
            {
                if (!isEnd)
                {
                    await DecodeAsync(token, cancellationToken).ConfigureAwait(false);
                    window.Keep(session);
                }

                if (!isLast && answer.Held < window.Size)
                    continue;
                if (answer.Held > 0 && await LookAtResponseAsync(cancellationToken).ConfigureAwait(false) is { } plan)
                {
                    if (await CarryOutAsync(plan, cancellationToken).ConfigureAwait(false) is { Length: > 0 } said)
                        yield return meter.Release(said);
                    continue;
                }
            }

            // Release: what was cleared, or what nobody looks at. It is on its way before the next token is computed.
            if (answer.Release() is { Length: > 0 } piece)
                yield return meter.Release(piece);

            if (answer.IsStopped)
                finish = FinishReason.StopString;
            else if (isLast)
                finish = isEnd ? FinishReason.EndOfAnswer : FinishReason.Length;
            else if (window.IsOpen)
                window.Open(policy!.WatchEvery);
            else
                await DecodeAsync(token, cancellationToken).ConfigureAwait(false);
        }

        // Finish: half a character at the end, and what might have begun a stop string.
        if (answer.Finish() is { Length: > 0 } rest)
            yield return meter.Release(rest);
        yield return new GenerationUpdate("", Conclude(finish.Value)) { Verdict = verdict };
    }

    public void Dispose()
    {
        sampler.ReturnBuffers();
        window.Dispose();
    }

    private ValueTask DecodeAsync(int token, CancellationToken cancellationToken)
    {
        meter.Steps++;
        return session.DecodeAsync(token, cancellationToken);
    }

    private async ValueTask<InterventionPlan?> LookAtPromptAsync(CancellationToken cancellationToken)
    {
        HiddenStates[] states = [.. parts.Monitor.GetHiddenStates(MonitorStage.Prompt).Select(session.GetHiddenStates)];
        var plan = await LookAsync(MonitorStage.Prompt, states, prompt.ContentMask, cancellationToken).ConfigureAwait(false);
        window.Open(verdict!.Action == VerdictAction.Pilot ? policy!.PilotTokens : policy!.WatchEvery);
        return plan;
    }

    private ValueTask<InterventionPlan?> LookAtResponseAsync(CancellationToken cancellationToken) =>
        LookAsync(MonitorStage.Response, window.States, ReadOnlyMemory<float>.Empty, cancellationToken);

    /// <returns>What to do in place of going on; <see langword="null"/> to go on.</returns>
    private async ValueTask<InterventionPlan?> LookAsync(
        MonitorStage stage, IReadOnlyList<HiddenStates> states, ReadOnlyMemory<float> contentMask, CancellationToken cancellationToken)
    {
        var context = new MonitorContext(stage, policy!, states, contentMask)
        {
            PromptTokens = prompt.Tokens.Length,
            AnswerTokens = answer.Count,
            Previous = verdict,
        };
        var asked = meter.Now;
        verdict = await parts.Monitor.InspectAsync(context, cancellationToken).ConfigureAwait(false);
        meter.Judged(verdict, asked);
        return verdict.Action == VerdictAction.Intervene && !request.LooksOnly ? await PlanAsync(cancellationToken).ConfigureAwait(false) : null;
    }

    private async ValueTask<InterventionPlan?> PlanAsync(CancellationToken cancellationToken)
    {
        // What a guard of the policy found is answered as that guard says.
        var acting = verdict!.Guard is { } guard ? policy!.ActingFor(guard) : policy!;
        // The refusal itself did not pass: the adapter is not asked twice.
        if (intervened)
            return InterventionPlan.Refuse(acting);

        var context = new InterventionContext(acting, verdict) { ReleasedText = answer.Text, Adapter = verdict.Guard is null ? request.Adapter : parts.Bundle.Bundle.Manifest.AdapterOf(acting) };
        var intervention = acting.CustomIntervention is null ? BuiltInInterventions.Of(acting.Intervention) : request.Intervention!;
        var plan = await parts.Interventions.PlanAsync(intervention, context, cancellationToken).ConfigureAwait(false);
        return plan.LetsPass ? null : plan;
    }

    /// <summary>Throws away what was not cleared. The answer ends, or the model begins another under the adapter, as ever from the end of
    /// the prompt: that is where the adapter learned to refuse, and so a refusal in the middle reads as one.</summary>
    /// <returns>Text to release in place of the answer, or nothing.</returns>
    private async ValueTask<string> CarryOutAsync(InterventionPlan plan, CancellationToken cancellationToken)
    {
        intervened = true;
        meter.Discarded += answer.BreakOff();
        meter.Intervened(policy!.ActingFor(verdict!.Guard), verdict);
        var said = answer.Say(plan.Text);
        if (plan.Adapter is null)
        {
            finish = plan.Text.Length > 0 ? FinishReason.FixedRefusal : FinishReason.Stopped;
            return said;
        }

        meter.Steps++;
        await AdapterSwitch.ApplyAsync(session, prompt.Tokens, plan.Adapter, cancellationToken).ConfigureAwait(false);
        sampler.Restart();
        limit = Math.Min(limit, answer.Count + (plan.MaxTokens ?? limit));
        // The adapter stays on to the end, and a watched answer stays watched.
        window.Open(policy!.WatchEvery);
        return said;
    }

    // Of a look alone: whoever asked for it refuses, unless the policy, or the guard of it that decided, only observes.
    private bool IsToBeRefused =>
        verdict!.Action != VerdictAction.Continue && policy!.ActingFor(verdict.Guard) is not { Intervention: Intervention.ObserveOnly, CustomIntervention: null };

    private GenerationResult Conclude(FinishReason reason)
    {
        var tokens = answer.ToTokens();
        return new GenerationResult
        {
            Text = answer.Text,
            Tokens = tokens,
            FinishReason = reason,
            Verdict = verdict,
            Intervened = intervened || (request.LooksOnly && IsToBeRefused),
            Usage = new GenerationUsage(prompt.Tokens.Length, tokens.Count, meter.Discarded, meter.Steps),
            Timings = meter.Timings,
        };
    }
}
