using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using SafeSwitch.Backends;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Sampling;

namespace SafeSwitch.Guard;

/// <summary>
/// One request on its way through the guard. Answer tokens pass a window: while it is open (a pilot, or a stretch of a watched
/// answer) they are held back with their hidden states, and leave it only when the monitor has cleared them. A positive
/// verdict rewinds to the window's beginning, so that what was never cleared was never said.
/// </summary>
internal sealed class GuardedRun(
    ILanguageModel model,
    MonitorGate monitor,
    SafetyPolicy? policy,
    string? adapter,
    GenerationRequest request,
    TimeProvider time,
    ILogger logger)
{
    private readonly long started = time.GetTimestamp();
    private readonly List<int> answer = new(Math.Min(request.MaxNewTokens, GenerationRequest.DefaultMaxNewTokens));
    private readonly List<HeldStates> heldStates = [];
    private readonly AnswerText text = new(model.Tokenizer.CreateTextStream(), request.StopStrings);

    private readonly Sampler sampler = new(request.Sampling);

    private EncodedPrompt prompt = null!;
    private DecodingSession session = null!;
    private MonitorContext? context;
    private SafetyVerdict? verdict;
    private TimeSpan prefillTime;
    private TimeSpan monitorTime;
    private TimeSpan? firstTextTime;
    private int released;
    private int window;
    private int discarded;
    private int steps;
    private int adapterEnd = int.MaxValue;
    private bool intervened;
    private FinishReason? finish;

    public async IAsyncEnumerable<GenerationUpdate> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var activity = SafeSwitchTelemetry.Activities.StartActivity("safeswitch.generate");
        prompt = model.Tokenizer.Encode(request.Messages);
        var room = model.Info.ContextLength - prompt.Tokens.Length;
        if (room < 1)
            throw new PromptTooLongException(prompt.Tokens.Length, model.Info.ContextLength);
        var limit = Math.Min(request.MaxNewTokens, room);

        session = await OpenAsync(prompt.Tokens.Length + limit, cancellationToken).ConfigureAwait(false);
        try
        {
            await session.PrefillAsync(prompt.Tokens, cancellationToken).ConfigureAwait(false);
            prefillTime = time.GetElapsedTime(started);

            if (policy is not null && await InspectPromptAsync(cancellationToken).ConfigureAwait(false))
            {
                var refusal = await InterveneAsync(cancellationToken).ConfigureAwait(false);
                if (refusal.Length > 0)
                    yield return Update(refusal);
            }

            while (finish is null)
            {
                var token = sampler.Next(session.Logits, prompt.Tokens.Span, CollectionsMarshal.AsSpan(answer));
                var ended = model.Info.EndTokens.Contains(token);
                if (!ended)
                    answer.Add(token);
                var isLast = ended || answer.Count == limit;

                if (window > 0)
                {
                    if (!ended)
                        await HoldAsync(token, cancellationToken).ConfigureAwait(false);
                    if (!isLast && answer.Count - released < window)
                        continue;
                    if (answer.Count > released && await InspectResponseAsync(cancellationToken).ConfigureAwait(false))
                    {
                        var refusal = await InterveneAsync(cancellationToken).ConfigureAwait(false);
                        if (refusal.Length > 0)
                            yield return Update(refusal);
                        continue;
                    }
                }

                var wasHeld = window > 0;
                while (released < answer.Count && !text.IsStopped)
                {
                    var piece = text.Append(answer[released++]);
                    if (piece.Length > 0)
                        yield return Update(piece);
                }

                if (text.IsStopped)
                    finish = FinishReason.StopString;
                else if (isLast)
                    finish = ended ? FinishReason.EndOfAnswer : FinishReason.Length;
                else if (!wasHeld)
                    await DecodeAsync(token, cancellationToken).ConfigureAwait(false);
                else
                    OpenWindow(policy!.WatchEvery);
            }

            var rest = text.Finish();
            if (rest.Length > 0)
                yield return Update(rest);
        }
        finally
        {
            sampler.ReturnBuffers();
            foreach (var states in heldStates)
                states.Dispose();
            await session.DisposeAsync().ConfigureAwait(false);
        }

        var result = Conclude();
        SafeSwitchTelemetry.Record(result, activity);
        Log.Answered(logger, result.Usage.AnswerTokens, result.Usage.PromptTokens, result.FinishReason);
        yield return new GenerationUpdate(result);
    }

    private ValueTask<DecodingSession> OpenAsync(int capacity, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> states = policy is null
            ? []
            : [.. monitor.GetHiddenStates(MonitorStage.Prompt).Union(monitor.GetHiddenStates(MonitorStage.Response))];
        return model.OpenSessionAsync(new DecodingOptions { Capacity = capacity, HiddenStates = states }, cancellationToken);
    }

    /// <returns>Whether to intervene.</returns>
    private async ValueTask<bool> InspectPromptAsync(CancellationToken cancellationToken)
    {
        context = new MonitorContext(policy!, prompt.Tokens.Length);
        var names = monitor.GetHiddenStates(MonitorStage.Prompt);
        var states = new HiddenStates[names.Count];
        for (var i = 0; i < states.Length; i++)
            states[i] = session.GetHiddenStates(names[i]);
        context.Advance(MonitorStage.Prompt, states, prompt.ContentMask, answerTokens: 0);
        await InspectAsync(cancellationToken).ConfigureAwait(false);
        OpenWindow(verdict!.Action == VerdictAction.Pilot ? policy!.PilotTokens : policy!.WatchEvery);
        return verdict.Action == VerdictAction.Intervene && policy.Intervention != Intervention.ObserveOnly;
    }

    /// <returns>Whether to intervene.</returns>
    private async ValueTask<bool> InspectResponseAsync(CancellationToken cancellationToken)
    {
        context!.Advance(MonitorStage.Response, heldStates, ReadOnlyMemory<float>.Empty, answer.Count);
        await InspectAsync(cancellationToken).ConfigureAwait(false);
        return verdict!.Action == VerdictAction.Intervene && policy!.Intervention != Intervention.ObserveOnly;
    }

    private async ValueTask InspectAsync(CancellationToken cancellationToken)
    {
        var asked = time.GetTimestamp();
        verdict = await monitor.InspectAsync(context!, cancellationToken).ConfigureAwait(false);
        monitorTime += time.GetElapsedTime(asked);
        SafeSwitchTelemetry.Record(verdict);
    }

    private void OpenWindow(int size)
    {
        window = size;
        foreach (var states in heldStates)
            states.Dispose();
        heldStates.Clear();
        if (size == 0)
            return;
        foreach (var name in monitor.GetHiddenStates(MonitorStage.Response))
            heldStates.Add(new HeldStates(name, model.Info.HiddenSize, size));
    }

    private async ValueTask HoldAsync(int token, CancellationToken cancellationToken)
    {
        await DecodeAsync(token, cancellationToken).ConfigureAwait(false);
        foreach (var states in heldStates)
            states.Append(session.GetHiddenStates(states.Name));
    }

    private ValueTask DecodeAsync(int token, CancellationToken cancellationToken)
    {
        if (answer.Count >= adapterEnd)
        {
            session.SetAdapter(null);
            adapterEnd = int.MaxValue;
        }

        steps++;
        return session.DecodeAsync(token, cancellationToken);
    }

    /// <summary>Throws away what was not cleared and does what the policy says.</summary>
    /// <returns>Text to release in place of an answer, or nothing.</returns>
    private async ValueTask<string> InterveneAsync(CancellationToken cancellationToken)
    {
        intervened = true;
        discarded += answer.Count - released;
        answer.RemoveRange(released, answer.Count - released);
        OpenWindow(0);
        Log.Intervened(logger, policy!.Intervention, verdict!.Stage, verdict.Reason);

        switch (policy.Intervention)
        {
            case Intervention.RefusalAdapter:
                await SwitchAsync(cancellationToken).ConfigureAwait(false);
                return "";
            case Intervention.FixedRefusal:
                finish = FinishReason.FixedRefusal;
                var rest = text.Finish();
                return rest + text.AppendText(released == 0 ? policy.FixedRefusal : "\n\n" + policy.FixedRefusal);
            default:
                finish = FinishReason.Stopped;
                return "";
        }
    }

    // The cache before the window stays valid, as the adapter changes the head alone; one token is run again for its logits.
    private ValueTask SwitchAsync(CancellationToken cancellationToken)
    {
        var last = released == 0 ? prompt.Tokens.Span[^1] : answer[released - 1];
        session.Rewind(prompt.Tokens.Length + released - 1);
        session.SetAdapter(adapter);
        adapterEnd = policy!.AdapterTokens is { } tokens ? released + tokens : int.MaxValue;
        sampler.Restart();
        sampler.Skip(released);
        steps++;
        return session.DecodeAsync(last, cancellationToken);
    }

    private GenerationUpdate Update(string piece)
    {
        firstTextTime ??= time.GetElapsedTime(started);
        return new GenerationUpdate(piece);
    }

    private GenerationResult Conclude()
    {
        var total = time.GetElapsedTime(started);
        answer.RemoveRange(released, answer.Count - released);
        return new GenerationResult
        {
            Text = text.Whole,
            Tokens = answer,
            FinishReason = finish!.Value,
            Verdict = verdict,
            Intervened = intervened,
            Usage = new GenerationUsage(prompt.Tokens.Length, answer.Count, discarded, steps),
            Timings = new GenerationTimings(prefillTime, monitorTime, firstTextTime ?? total, total),
        };
    }
}
