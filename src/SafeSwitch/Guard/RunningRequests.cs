namespace SafeSwitch.Guard;

/// <summary>Counts the requests of a model while they compute, so that a host can wait for them.</summary>
internal sealed class RunningRequests
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int count;
    private bool closed;

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

    /// <exception cref="InvalidOperationException">No more are taken.</exception>
    public void Begin()
    {
        lock (gate)
        {
            if (closed)
                throw new InvalidOperationException("The guarded model takes no more requests: its host is shutting down.");
            count++;
        }
    }

    public void End()
    {
        lock (gate)
        {
            if (--count == 0 && closed)
                ended.TrySetResult();
        }
    }
}
