using System.Runtime.CompilerServices;

namespace SafeSwitch.Guard;

/// <summary>Counts the requests of a model from their first step to their last, so that a host can wait for them.</summary>
internal sealed class RunningRequests
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int count;
    private bool closed;

    public async IAsyncEnumerable<T> Count<T>(IAsyncEnumerable<T> request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Begin();
        try
        {
            await foreach (var update in request.WithCancellation(cancellationToken).ConfigureAwait(false))
                yield return update;
        }
        finally
        {
            End();
        }
    }

    public Task DrainAsync(CancellationToken cancellationToken)
    {
        lock (gate)
        {
            closed = true;
            if (count == 0)
                ended.TrySetResult();
        }

        return ended.Task.WaitAsync(cancellationToken);
    }

    private void Begin()
    {
        lock (gate)
        {
            if (closed)
                throw new InvalidOperationException("The guarded model takes no more requests: its host is shutting down.");
            count++;
        }
    }

    private void End()
    {
        lock (gate)
        {
            if (--count == 0 && closed)
                ended.TrySetResult();
        }
    }
}
