using System.ComponentModel.DataAnnotations;
using System.Globalization;
using SafeSwitch.Settings;

namespace SafeSwitch.Server.Settings;

/// <summary>
/// How much of everything a server takes. How many requests are answered at once and how many wait is the guarded model's:
/// <c>SafeSwitch:MaxConcurrentRequests</c> and those beside it.
/// </summary>
public sealed class ServerLimits : ICheckedSettings
{
    /// <summary>Bytes of a request's body; a larger one is refused with 413.</summary>
    /// <value>The default is 1 MiB.</value>
    [Range(1, 64 << 20)]
    public int RequestBytes { get; set; } = 1 << 20;

    /// <summary>Messages of a conversation.</summary>
    /// <value>The default is 256.</value>
    [Range(1, 100_000)]
    public int Messages { get; set; } = 256;

    /// <summary>Tokens of an answer that a request may ask for.</summary>
    /// <value>The default is 4096.</value>
    [Range(1, int.MaxValue)]
    public int AnswerTokens { get; set; } = 4096;

    /// <summary>Texts of one request to <c>/v1/moderations</c>.</summary>
    /// <value>The default is 32.</value>
    [Range(1, 10_000)]
    public int Inputs { get; set; } = 32;

    /// <summary>Requests of one key in a minute, after a first burst of as many; more are refused with 429.</summary>
    /// <value>The default is 600.</value>
    [Range(1, 10_000_000)]
    public int RequestsPerMinute { get; set; } = 600;

    /// <summary>Requests of one key that are under way at once; more are refused with 429.</summary>
    /// <value>The default is 64.</value>
    [Range(1, 100_000)]
    public int ConcurrentRequestsPerKey { get; set; } = 64;

    /// <summary>Connections to the whole process; more are closed as they come.</summary>
    /// <value>The default is 1000.</value>
    [Range(1, 1_000_000)]
    public int Connections { get; set; } = 1000;

    /// <summary>How long a request's body may take to arrive; 408 after that. Above 0, at most an hour.</summary>
    /// <value>The default is 30 seconds.</value>
    public TimeSpan BodyTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an answer may take, waiting for its turn included; 504 after that. Above 0, at most a day.</summary>
    /// <value>The default is 5 minutes.</value>
    public TimeSpan AnswerTime { get; set; } = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.CheckFlat(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (BodyTime <= TimeSpan.Zero || BodyTime > TimeSpan.FromHours(1))
            yield return new(nameof(BodyTime), BodyTime.ToString("c", CultureInfo.InvariantCulture), "a time above 0 and of at most an hour, as hh:mm:ss");
        if (AnswerTime <= TimeSpan.Zero || AnswerTime > TimeSpan.FromDays(1))
            yield return new(nameof(AnswerTime), AnswerTime.ToString("c", CultureInfo.InvariantCulture), "a time above 0 and of at most a day, as hh:mm:ss");
    }
}
