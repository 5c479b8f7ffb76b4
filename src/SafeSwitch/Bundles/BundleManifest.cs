using System.Text.Json.Serialization;
using SafeSwitch.Policies;

namespace SafeSwitch.Bundles;

/// <summary>
/// What <c>safeswitch.json</c> says. (Generated JSON readers set what a file leaves out to null, past a property's default;
/// optional lists therefore guard themselves.)
/// </summary>
public sealed record BundleManifest
{
    /// <summary>The schema that this version reads and writes.</summary>
    public const int CurrentSchema = 2;

    /// <summary>Version of the layout of this file.</summary>
    public required int Schema { get; init; }

    /// <summary>The decoder that the probes and adapters were made for.</summary>
    public required DecoderDescription Decoder { get; init; }

    /// <summary>Digests of the other files that decide what the model reads and says; see <see cref="FileDigest.OfFolder"/>.</summary>
    public required IReadOnlyList<FileDigest> Files { get; init; }

    /// <summary>The probes; none if the host brings a monitor of its own.</summary>
    public required IReadOnlyList<ProbeDescription> Probes { get; init; }

    /// <summary>The adapters; policies that name none use the first.</summary>
    public required IReadOnlyList<AdapterDescription> Adapters { get; init; }

    /// <summary>Policies by name; names are compared without case.</summary>
    public required IReadOnlyDictionary<string, SafetyPolicy> Policies { get; init; }

    /// <summary>The policy of requests that name none; one of <see cref="Policies"/>.</summary>
    public required string DefaultPolicy { get; init; }

    /// <summary>Where it all came from.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>The adapter that a policy's interventions switch on: the one that it names, else the bundle's first.</summary>
    /// <param name="policy">The policy; <see langword="null"/> for one that names none.</param>
    /// <returns>Its name; <see langword="null"/> if there is none.</returns>
    public string? AdapterOf(SafetyPolicy? policy) => policy?.Adapter ?? (Adapters is [var first, ..] ? first.Name : null);

    /// <summary>Every file that the manifest names, once, with the digest that it must have. The training graph may be missing where a bundle is only served.</summary>
    [JsonIgnore]
    public IReadOnlyList<FileDigest> AllFiles =>
    [
        .. Decoder.Files.Select(f => new FileDigest { File = f.File, Sha256 = f.Sha256 })
            .Concat(Files)
            .Concat(Probes.Select(p => new FileDigest { File = p.File, Sha256 = p.Sha256 }))
            .Concat(Adapters.Select(a => new FileDigest { File = a.File, Sha256 = a.Sha256 }))
            .DistinctBy(f => f.File, StringComparer.Ordinal),
    ];
}
