using System.Globalization;
using System.Threading.RateLimiting;

namespace SafeSwitch.Guard;

/// <summary>
/// Lets so many requests be computed at once and so many more wait, in the order in which they came. Guards of one loaded model may share one.
/// The host's own bound on what comes in; how a backend shares the machine among those that are let in is the backend's.
/// </summary>
public sealed class RequestQueue : IDisposable
{
    /// <summary>The longest that a request may wait.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly ConcurrencyLimiter limiter;
    private readonly Lock gate = new();
    private TimeSpan typical;

    /// <summary>A queue that nobody stands in.</summary>
    /// <param name="maxConcurrent">Requests that are computed at once, at least 1.</param>
    /// <param name="maxWaiting">Requests that may wait, 0 or more.</param>
    /// <param name="maxWait">How long one may wait, above 0, at most a day. It is part of the request's own time.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public RequestQueue(int maxConcurrent, int maxWaiting, TimeSpan maxWait)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxConcurrent, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(maxWaiting);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(maxWait, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxWait, LongestWait);
        (MaxConcurrent, MaxWaiting, MaxWait) = (maxConcurrent, maxWaiting, maxWait);
        limiter = new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = maxConcurrent, QueueLimit = maxWaiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });
    }

    /// <summary>Requests that are computed at once.</summary>
    public int MaxConcurrent { get; }

    /// <summary>Requests that may wait.</summary>
    public int MaxWaiting { get; }

    /// <summary>How long one may wait.</summary>
    public TimeSpan MaxWait { get; }

    /// <summary>Requests that wait now.</summary>
    public int Waiting => (int)limiter.GetStatistics()!.CurrentQueuedCount;

    /// <summary>Takes no more requests; those that wait are refused.</summary>
    public void Dispose() => limiter.Dispose();

    /// <summary>Waits for a place, which is free again when it is disposed.</summary>
    /// <exception cref="TooManyRequestsException">As many wait as may, or this one has waited as long as it may.</exception>
    /// <exception cref="OperationCanceledException">The request ended before.</exception>
    internal async ValueTask<IDisposable> EnterAsync(TimeProvider time, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(MaxWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var lease = await limiter.AcquireAsync(1, either.Token).ConfigureAwait(false);
            return lease.IsAcquired ? new Place(this, lease, time) : throw Refused($"the queue of {MaxWaiting} is full");
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Refused($"none came free within {MaxWait}");
        }
    }

    private TooManyRequestsException Refused(string why)
    {
        TimeSpan each;
        lock (gate)
            each = typical;
        // Until those that wait have had their turn; whole seconds, as HTTP wants it.
        var turn = each * (Waiting + 1) / MaxConcurrent;
        var retryAfter = TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(turn.TotalSeconds), 1, 3600));
        return new TooManyRequestsException(string.Create(
            CultureInfo.InvariantCulture, $"Every place for a request is taken ({MaxConcurrent} at once), and {why}. Try again in {retryAfter.TotalSeconds} s."), retryAfter);
    }

    private void Left(TimeSpan held)
    {
        lock (gate)
            typical = typical == TimeSpan.Zero ? held : (typical * 7 + held) / 8;
    }

    private sealed class Place(RequestQueue queue, RateLimitLease lease, TimeProvider time) : IDisposable
    {
        private readonly long entered = time.GetTimestamp();

        public void Dispose()
        {
            queue.Left(time.GetElapsedTime(entered));
            lease.Dispose();
        }
    }
}

/// <summary>The host answers as many requests as it may, and takes no more for now. Nothing is wrong with the request.</summary>
public sealed class TooManyRequestsException : SafeSwitchException
{
    /// <summary>A refusal for now.</summary>
    /// <param name="message">What is full.</param>
    /// <param name="retryAfter">When to try again.</param>
    public TooManyRequestsException(string message, TimeSpan retryAfter)
        : base(message) => RetryAfter = retryAfter;

    /// <inheritdoc/>
    public override string DiagnosticId => "SS0005";

    /// <summary>When there may be room, by how long recent requests took and how many wait: whole seconds, from 1 to 3600.</summary>
    public TimeSpan RetryAfter { get; }
}
