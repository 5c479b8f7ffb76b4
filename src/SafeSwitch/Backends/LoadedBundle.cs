using SafeSwitch.Bundles;

namespace SafeSwitch.Backends;

/// <summary>
/// A bundle in memory. Owns the model and the probes, which live until it is disposed and the last lease on it has ended: whoever
/// needs both over some time, as a request does, takes one.
/// </summary>
public sealed class LoadedBundle : IAsyncDisposable
{
    private readonly SharedLifetime lifetime;
    private Task freeing = Task.CompletedTask;

    /// <summary>A bundle of parts that it owns from here on.</summary>
    /// <param name="bundle">The description it was loaded from.</param>
    /// <param name="model">The decoder.</param>
    /// <param name="probes">One probe for every <see cref="BundleManifest.Probes"/> entry, in its order.</param>
    public LoadedBundle(Bundle bundle, ILanguageModel model, IReadOnlyList<IProbe> probes)
    {
        Bundle = bundle;
        Model = model;
        Probes = probes;
        lifetime = new SharedLifetime(typeof(LoadedBundle), () => freeing = FreeAsync());
    }

    /// <summary>The description it was loaded from.</summary>
    public Bundle Bundle { get; }

    /// <summary>The decoder.</summary>
    public ILanguageModel Model { get; }

    /// <summary>The probes.</summary>
    public IReadOnlyList<IProbe> Probes { get; }

    /// <summary>Keeps model and probes in memory until the lease is disposed, whatever becomes of the bundle.</summary>
    /// <exception cref="ObjectDisposedException">The bundle is disposed.</exception>
    public IAsyncDisposable Acquire()
    {
        lifetime.Acquire();
        return new Lease(this);
    }

    /// <summary>Admits no further leases, and frees everything: now, or with the last lease.</summary>
    public ValueTask DisposeAsync()
    {
        lifetime.Dispose();
        return new ValueTask(freeing);
    }

    private async Task FreeAsync()
    {
        foreach (var probe in Probes)
        {
            probe.Dispose();
        }

        await Model.DisposeAsync().ConfigureAwait(false);
    }

    private sealed class Lease(LoadedBundle bundle) : IAsyncDisposable
    {
        private int isEnded;

        public ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref isEnded, 1) != 0)
            {
                return ValueTask.CompletedTask;
            }

            bundle.lifetime.Release();
            return new ValueTask(bundle.freeing);
        }
    }
}
