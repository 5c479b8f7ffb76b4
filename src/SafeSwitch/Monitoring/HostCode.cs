namespace SafeSwitch.Monitoring;

/// <summary>
/// Runs code of the host's (a monitor, an intervention) so that nothing it does holds a request up: it may block before its first
/// <see langword="await"/>, never end, ignore cancellation, or hang in the callbacks of its token. Whatever is still going on when
/// its time is over is left to itself.
/// </summary>
internal static class HostCode
{
    /// <exception cref="TimeLimitException">It took longer than <paramref name="limit"/>.</exception>
    /// <exception cref="OperationCanceledException">The request ended.</exception>
    public static async ValueTask<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> code, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        // Not linked to the request's token: its callbacks would then run, and could block, where the request is cancelled.
        var deadline = new CancellationTokenSource();
        var running = Task.Run(() => code(deadline.Token).AsTask(), CancellationToken.None);
        try
        {
            return await running.WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e) when (!running.IsFaulted)
        {
            throw new TimeLimitException(limit, e);
        }
        finally
        {
            Leave(running, deadline);
        }
    }

    private static void Leave(Task running, CancellationTokenSource deadline)
    {
        if (running.IsCompleted)
        {
            deadline.Dispose();
            return;
        }

        Observe(deadline.CancelAsync());
        Observe(running);
    }

    private static void Observe(Task task) => _ = task.ContinueWith(
        t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
}

/// <summary>Our own time limit was passed, which a <see cref="TimeoutException"/> of the host's code is not.</summary>
internal sealed class TimeLimitException(TimeSpan limit, Exception innerException)
    : Exception($"it took longer than {limit}", innerException);
