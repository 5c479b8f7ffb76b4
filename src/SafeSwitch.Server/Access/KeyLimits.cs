using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using SafeSwitch.Server.Json;
using SafeSwitch.Server.Settings;

namespace SafeSwitch.Server.Access;

/// <summary>How much one key may ask for: so many requests a minute, so many at once.</summary>
internal sealed class KeyLimits(ServerLimits limits) : IDisposable
{
    private static readonly TimeSpan WhenOneEnds = TimeSpan.FromSeconds(1);

    private readonly PartitionedRateLimiter<string> atOnce = PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetConcurrencyLimiter(
        key, _ => new ConcurrencyLimiterOptions { PermitLimit = limits.ConcurrentRequestsPerKey, QueueLimit = 0 }));

    private readonly PartitionedRateLimiter<string> perMinute = PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(
        key, _ => new TokenBucketRateLimiterOptions
        {
            TokenLimit = limits.RequestsPerMinute,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / limits.RequestsPerMinute,
            QueueLimit = 0,
        }));

    /// <summary>Takes a place, which is free again when it is disposed.</summary>
    /// <exception cref="ApiException">The key has all that it may have.</exception>
    public IDisposable Enter(string key)
    {
        // The place at once comes first: a request that is refused it has not used up one of the minute.
        var place = atOnce.AttemptAcquire(key);
        if (!place.IsAcquired)
            throw Refused("as many requests under way as it may have", WhenOneEnds);
        using var lease = perMinute.AttemptAcquire(key);
        if (lease.IsAcquired)
            return place;
        place.Dispose();
        throw Refused("used up its requests of this minute", lease.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromMinutes(1));
    }

    public void Dispose()
    {
        atOnce.Dispose();
        perMinute.Dispose();
    }

    private static ApiException Refused(string why, TimeSpan wait) =>
        new(StatusCodes.Status429TooManyRequests, "rate_limit_exceeded", $"This key has {why}.") { RetryAfter = wait };
}
