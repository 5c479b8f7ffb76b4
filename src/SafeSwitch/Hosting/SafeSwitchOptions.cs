using System.ComponentModel.DataAnnotations;
using SafeSwitch.Guard;
using SafeSwitch.Settings;

namespace SafeSwitch.Hosting;

/// <summary>
/// The settings of <c>AddSafeSwitch</c>. Bound from configuration, with policies and the backend's options beside it; a name that means
/// nothing there is refused:
/// <code>
/// "SafeSwitch": {
///   "BundlePath": "models/smollm2-135m-instruct",
///   "DefaultPolicy": "strict",
///   "Policies": { "strict": { "WatchEvery": 16 } },
///   "OnnxRuntime": { "IntraOpThreads": 4 }
/// }
/// </code>
/// </summary>
public sealed class SafeSwitchOptions : ICheckedSettings
{
    /// <summary>Requests that may wait unless <see cref="MaxWaitingRequests"/> says otherwise.</summary>
    public const int DefaultMaxWaitingRequests = 100;

    /// <summary>How long a request may wait unless <see cref="MaxWait"/> says otherwise.</summary>
    public static readonly TimeSpan DefaultMaxWait = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The bundle's folder, absolute or relative to the host's content root (the working directory where there is no host), then to the
    /// application; or the name of one in <c>models/</c> beside the application, where packages of bundles put them.
    /// </summary>
    /// <value>The default is the bundle beside the application, if there is exactly one.</value>
    public string BundlePath { get; set; } = "";

    /// <summary>The policy of requests that name none; <see langword="null"/> for the bundle's own default. May change while the host runs.</summary>
    public string? DefaultPolicy { get; set; }

    /// <summary>What happens when the host starts.</summary>
    /// <value>The default is <see cref="ModelStart.WarmUp"/>.</value>
    public ModelStart Start { get; set; } = ModelStart.WarmUp;

    /// <summary>Whether every byte of graphs and weights is compared with the bundle's digests, instead of samples.</summary>
    public bool VerifyWeights { get; set; }

    /// <summary>
    /// Files with public keys (PEM, ECDSA on P-256), relative to the content root. If there is one, the bundle must be signed by one of them.
    /// </summary>
    public IList<string> TrustedKeys { get; } = [];

    /// <summary>Requests that are computed at once, at least 1; more wait for their turn, in the order in which they came.</summary>
    /// <value>The default is <see langword="null"/>: every request begins at once.</value>
    [Range(1, int.MaxValue)]
    public int? MaxConcurrentRequests { get; set; }

    /// <summary>Requests that may wait, 0 or more; one more is refused with <see cref="TooManyRequestsException"/>.</summary>
    /// <value>The default is <see cref="DefaultMaxWaitingRequests"/>, where there is a <see cref="MaxConcurrentRequests"/>.</value>
    [Range(0, int.MaxValue)]
    public int? MaxWaitingRequests { get; set; }

    /// <summary>How long a request may wait before it is refused likewise. Above 0, at most a day.</summary>
    /// <value>The default is <see cref="DefaultMaxWait"/>, where there is a <see cref="MaxConcurrentRequests"/>.</value>
    public TimeSpan? MaxWait { get; set; }

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.CheckFlat(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (DefaultPolicy is not null && string.IsNullOrWhiteSpace(DefaultPolicy))
            yield return new(nameof(DefaultPolicy), "an empty name", "a policy's name, or nothing for the bundle's own default");
        if (MaxWait <= TimeSpan.Zero || MaxWait > RequestQueue.LongestWait)
            yield return new(nameof(MaxWait), $"{MaxWait:c}", "a time above 0 and of at most a day, as hh:mm:ss");
        if (MaxConcurrentRequests is null && (MaxWaitingRequests ?? (object?)MaxWait) is not null)
            yield return new(nameof(MaxConcurrentRequests), "nothing", $"a limit, as {nameof(MaxWaitingRequests)} and {nameof(MaxWait)} are about those beyond it");
        if (TrustedKeys.Any(string.IsNullOrWhiteSpace))
            yield return new(nameof(TrustedKeys), "an empty name", "a file with a public key");
    }
}

/// <summary>What happens with a guarded model when its host starts.</summary>
public enum ModelStart
{
    /// <summary>Everything is checked and loaded, and one short request is answered and looked at. A host that can't do that does not start.</summary>
    WarmUp,

    /// <summary>Everything is checked and loaded. A host that can't do that does not start.</summary>
    Load,

    /// <summary>Only the settings are checked; the first request loads the model, and fails if that can't be done.</summary>
    OnFirstUse,
}
