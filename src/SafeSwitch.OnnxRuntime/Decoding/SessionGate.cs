namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// Lets one verb at a time into a session, and no verb after disposal. Disposing ends a verb that runs, waits for it, and
/// releases what the session holds exactly once.
/// </summary>
/// <param name="interrupt">Has the running verb end soon.</param>
/// <param name="release">Frees what the session holds.</param>
internal sealed class SessionGate(Action interrupt, Action release)
{
    private readonly Lock gate = new();
    private bool isBusy;
    private TaskCompletionSource? disposal;

    /// <exception cref="InvalidOperationException">A verb runs.</exception>
    /// <exception cref="ObjectDisposedException">The session is disposed.</exception>
    public void Enter()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(disposal is not null, typeof(DecodingSession));
            if (isBusy)
                throw new InvalidOperationException("The session is running: it serves one caller at a time.");
            isBusy = true;
        }
    }

    public void Exit()
    {
        lock (gate)
        {
            isBusy = false;
            if (disposal is null)
                return;
        }

        Finish();
    }

    public ValueTask DisposeAsync()
    {
        lock (gate)
        {
            if (disposal is not null)
                return new ValueTask(disposal.Task);
            disposal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            if (isBusy)
            {
                // Under the lock, so that the verb can't end and free what is about to be told to stop.
                interrupt();
                return new ValueTask(disposal.Task);
            }
        }

        Finish();
        return ValueTask.CompletedTask;
    }

    private void Finish()
    {
        release();
        disposal!.SetResult();
    }
}
