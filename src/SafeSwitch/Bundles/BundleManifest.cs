using SafeSwitch.Policies;

namespace SafeSwitch.Bundles;

/// <summary>
/// What <c>safeswitch.json</c> says. (Generated JSON readers set what a file leaves out to null, past a property's default;
/// optional lists therefore guard themselves.)
/// </summary>
public sealed record BundleManifest
{
    /// <summary>The schema that this version reads and writes.</summary>
    public const int CurrentSchema = 1;

    /// <summary>Version of the layout of this file.</summary>
    public required int Schema { get; init; }

    /// <summary>The decoder that the probes and adapters were made for.</summary>
    public required DecoderDescription Decoder { get; init; }

    /// <summary>The probes.</summary>
    public required IReadOnlyList<ProbeDescription> Probes { get; init; }

    /// <summary>The adapters; policies that name none use the first.</summary>
    public required IReadOnlyList<AdapterDescription> Adapters { get; init; }

    /// <summary>Policies by name.</summary>
    public required IReadOnlyDictionary<string, SafetyPolicy> Policies { get; init; }

    /// <summary>The policy of requests that name none; one of <see cref="Policies"/>.</summary>
    public required string DefaultPolicy { get; init; }

    /// <summary>Where it all came from.</summary>
    public Provenance? Provenance { get; init; }
}
