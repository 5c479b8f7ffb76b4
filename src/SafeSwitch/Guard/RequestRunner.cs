using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using SafeSwitch.Auditing;
using SafeSwitch.Backends;
using SafeSwitch.Guard.Interventions;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Guard;

/// <summary>A request with everything decided that is not its model's: a snapshot, so that nobody changes it half-way.</summary>
/// <param name="Generation">What to answer and how.</param>
/// <param name="Policy">A copy of the policy; <see langword="null"/> for an unguarded request.</param>
/// <param name="PolicyName">Its name, for telemetry.</param>
/// <param name="Intervention">What is done on a positive verdict.</param>
/// <param name="Adapter">The policy's adapter, or the bundle's first.</param>
internal sealed record ResolvedRequest(
    GenerationRequest Generation, SafetyPolicy? Policy, string PolicyName, IIntervention? Intervention, string? Adapter)
{
    /// <summary>Name of the guarded model, for telemetry and audit.</summary>
    public required string Client { get; init; }

    /// <summary>Whether it is over once the prompt was looked at.</summary>
    public bool LooksOnly { get; init; }

    /// <summary>Who gets a record of it.</summary>
    public required IAuditSink? Audit { get; init; }

    /// <summary>Where it waits for its turn; <see langword="null"/> if it need not.</summary>
    public RequestQueue? Queue { get; init; }
}

/// <summary>What all requests to a guarded model share.</summary>
internal sealed record GuardParts(LoadedBundle Bundle, MonitorGate Monitor, InterventionGate Interventions, TimeProvider Time, ILogger Logger)
{
    public ILanguageModel Model => Bundle.Model;
}

/// <summary>
/// Runs requests on pool threads and hands on what they release, so that a caller's thread is free while the model computes and
/// every piece reaches it when it is there. The caller waits for pieces, not for the computation, which is why nothing inside
/// can keep it beyond the request's time; and the computation does not wait for the caller, which is why a stream that is left
/// lying about still ends and gives its memory back.
/// </summary>
internal sealed class RequestRunner(GuardParts parts)
{
    /// <summary>Those that compute, whether or not somebody waits for them.</summary>
    public RunningRequests Running { get; } = new();

    /// <summary>Records a request that never began, because nothing of ours can read it.</summary>
    public void Record(ResolvedRequest request, Exception exception) => new RunMeter(request, parts).GivenUp(exception.GetType().FullName!);

    public async IAsyncEnumerable<GenerationUpdate> StreamAsync(
        ResolvedRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Running.Begin();
        var timeout = request.Generation.Timeout;
        using var limit = new CancellationTokenSource(timeout, parts.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        var meter = new RunMeter(request, parts);
        var updates = Channel.CreateUnbounded<GenerationUpdate>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        // The end of the wait, and the only one: waiting for each piece with a token of its own would cost an allocation a piece.
        using var registration = stop.Token.Register(() => updates.Writer.TryComplete());
        // Here, where requests come in order; pool threads take them up in any.
        var turn = request.Queue is { } queue ? meter.EnterAsync(queue, stop.Token) : Task.FromResult<IDisposable?>(null);
        var running = Task.Run(() => RunAsync(request, turn, meter, updates.Writer, WhyStopped, stop.Token), CancellationToken.None);
        try
        {
            while (await HasNextAsync().ConfigureAwait(false))
            {
                while (!stop.IsCancellationRequested && updates.Reader.TryRead(out var update))
                {
                    yield return update;
                    if (update.Result is not null)
                        yield break;
                }
            }
        }
        finally
        {
            // A caller that leaves finds the session closed; one whose time is over does not wait for what does not end.
            meter.GivenUp(WhyStopped());
            await Task.WhenAll(stop.CancelAsync(), running).WaitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        string WhyStopped() => limit.IsCancellationRequested ? Outcome.Timeout
            : cancellationToken.IsCancellationRequested ? Outcome.Cancelled
            : Outcome.Abandoned;

        async ValueTask<bool> HasNextAsync()
        {
            var hasNext = !stop.IsCancellationRequested && await updates.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false);
            if (!stop.IsCancellationRequested)
                return hasNext;
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException($"The request took longer than {timeout} ({nameof(GenerationRequest)}.{nameof(GenerationRequest.Timeout)}).");
        }
    }

    private async Task RunAsync(
        ResolvedRequest request, Task<IDisposable?> turn, RunMeter meter, ChannelWriter<GenerationUpdate> updates, Func<string> whyStopped, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            // Started here, the activity is the current one for all that the request does, and for nothing that its caller does.
            using var activity = meter.Start();
            try
            {
                using var place = await turn.ConfigureAwait(false);
                await foreach (var update in AnswerAsync(request, meter, cancellationToken).ConfigureAwait(false))
                {
                    if (update.Result is { } result)
                        meter.Answered(result);
                    updates.TryWrite(update);
                    // Callers and other requests wait for the same threads.
                    await Task.Yield();
                }
            }
#pragma warning disable CA1031 // It goes to the caller, who may be gone.
            catch (Exception e)
            {
                var isStopped = cancellationToken.IsCancellationRequested;
                failure = isStopped ? null : e;
                meter.GivenUp(isStopped ? whyStopped() : e.GetType().FullName!);
            }
        }
        catch (Exception e)
#pragma warning restore CA1031
        {
            // Who listens to logs, metrics or activities has thrown: that too is told, and leaves nobody waiting.
            failure ??= e;
        }
        finally
        {
            updates.TryComplete(failure);
            Running.End();
        }
    }

    private async IAsyncEnumerable<GenerationUpdate> AnswerAsync(
        ResolvedRequest request, RunMeter meter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // Model and probes stay until the answer is whole, even if the host is disposed meanwhile.
        var lease = parts.Bundle.Acquire();
        await using var ending = lease.ConfigureAwait(false);
        var prompt = Encode(request);
        var room = parts.Model.Info.ContextLength - prompt.Tokens.Length;
        if (room < 1)
            throw new PromptTooLongException(prompt.Tokens.Length, parts.Model.Info.ContextLength);

        IReadOnlyList<string> states = request.Policy is null
            ? []
            : [.. parts.Monitor.GetHiddenStates(MonitorStage.Prompt).Union(parts.Monitor.GetHiddenStates(MonitorStage.Response))];
        var options = new DecodingOptions { Capacity = prompt.Tokens.Length + Math.Min(request.Generation.MaxNewTokens, room), HiddenStates = states, PrefixScope = request.Generation.PrefixScope };
        var session = await parts.Model.OpenSessionAsync(options, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            using var run = new GuardedRun(request, prompt, session, parts, meter);
            await foreach (var update in run.StreamAsync(cancellationToken).ConfigureAwait(false))
                yield return update;
        }
    }

    private EncodedPrompt Encode(ResolvedRequest request)
    {
        var (model, messages, tools) = (parts.Model, request.Generation.Messages, request.Generation.Tools);
        if (request.Policy is not { PromptText: PromptText.AsRead })
            return model.Tokenizer.Encode(messages, tools);
        // What can't fit is refused at a cost that does not depend on its length. The cost of reading does, so the tokenizer is asked first.
        if (messages.Sum(m => (long)m.Content.Length) > Math.Max(100_000, 64L * model.Info.ContextLength))
            _ = model.Tokenizer.Encode(messages, tools);
        return model.Tokenizer.Encode([.. messages.Select(ReadableText.Of)], tools);
    }
}
