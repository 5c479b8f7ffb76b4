using SafeSwitch.Bundles;

namespace SafeSwitch.Backends;

/// <summary>A bundle in memory. Owns the model and the probes.</summary>
/// <param name="bundle">The description it was loaded from.</param>
/// <param name="model">The decoder.</param>
/// <param name="probes">One probe for every <see cref="BundleManifest.Probes"/> entry, in its order.</param>
public sealed class LoadedBundle(Bundle bundle, ILanguageModel model, IReadOnlyList<IProbe> probes) : IAsyncDisposable
{
    /// <summary>The description it was loaded from.</summary>
    public Bundle Bundle { get; } = bundle;

    /// <summary>The decoder.</summary>
    public ILanguageModel Model { get; } = model;

    /// <summary>The probes.</summary>
    public IReadOnlyList<IProbe> Probes { get; } = probes;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var probe in Probes)
            probe.Dispose();
        await Model.DisposeAsync().ConfigureAwait(false);
    }
}
