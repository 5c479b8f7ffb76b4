namespace SafeSwitch.Hosting;

/// <summary>
/// What <c>AddSafeSwitch</c> is told. Bound from configuration, policies beside it:
/// <code>
/// "SafeSwitch": {
///   "BundlePath": "models/smollm2-135m-instruct",
///   "DefaultPolicy": "strict",
///   "Policies": { "strict": { "WatchEvery": 16 } }
/// }
/// </code>
/// </summary>
public sealed class SafeSwitchOptions
{
    /// <summary>The bundle's folder, absolute or relative to the working directory.</summary>
    public string BundlePath { get; set; } = "";

    /// <summary>The policy of requests that name none; <see langword="null"/> for the bundle's own default.</summary>
    public string? DefaultPolicy { get; set; }
}
