namespace SafeSwitch.Bundles;

/// <summary>How closely a bundle is looked at before it is used. Small files are always compared whole.</summary>
public sealed record BundleChecks
{
    /// <summary>Whether every byte of graphs and weights is read and compared, instead of samples: about a second for each gigabyte.</summary>
    public bool VerifyWeights { get; init; }

    /// <summary>Public keys (PEM, ECDSA on P-256) of those whose bundles are trusted: one of them must have signed
    /// <c>safeswitch.json</c>. Empty if no signature is asked for.</summary>
    public IReadOnlyList<string> TrustedKeys { get; init; } = [];
}
