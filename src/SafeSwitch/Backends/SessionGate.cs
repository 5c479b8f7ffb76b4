namespace SafeSwitch.Backends;

/// <summary>
/// Lets one call at a time into a session, and none after disposal. Disposing ends a call that runs, waits for it, and
/// releases what the session holds exactly once.
/// </summary>
/// <param name="interrupt">Makes the running call end soon.</param>
/// <param name="release">Frees what the session holds.</param>
internal sealed class SessionGate(Action interrupt, Action release)
{
    private readonly Lock gate = new();
    private bool isBusy;
    private volatile TaskCompletionSource? disposal;

    public bool IsDisposed => disposal is not null;

    /// <exception cref="InvalidOperationException">A call runs.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public void Enter()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposal is not null, typeof(DecodingSession));
            if (isBusy)
            {
                throw new InvalidOperationException("The session is running: it serves one caller at a time.");
            }

            isBusy = true;
        }
    }

    public void Exit()
    {
        lock (gate)
        {
            isBusy = false;
            if (disposal is null)
            {
                return;
            }
        }

        Finish();
    }

    public ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (disposal is not null)
            {
                return new ValueTask(disposal.Task);
            }

            disposal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (isBusy)
            {
                // Under the lock, so that the call can't end and free what is about to be stopped.
                interrupt();
                return new ValueTask(disposal.Task);
            }
        }

        Finish();
        return new ValueTask(disposal.Task);
    }

    private void Finish()
    {
        try
        {
            release();
            disposal!.SetResult();
        }
        catch (Exception e)
        {
            disposal!.SetException(e);
        }
    }
}
