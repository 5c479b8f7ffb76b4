using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Backends;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>A loaded decoder graph with what its sessions share, freed when it is disposed and the last session on it is gone.</summary>
internal sealed class Decoder : IDisposable
{
    private readonly SharedLifetime lifetime;
    private IDisposable? attached;

    /// <param name="owner">The type that is disposed by who disposes it.</param>
    /// <param name="session">The graph, owned.</param>
    /// <param name="layout">What goes into it and comes out.</param>
    /// <param name="adapters">Its adapters by name, owned.</param>
    /// <param name="cachePool">The memory of its sessions' caches, owned.</param>
    public Decoder(Type owner, InferenceSession session, DecoderLayout layout, IReadOnlyDictionary<string, Adapter> adapters, CachePool cachePool)
    {
        Session = session;
        Layout = layout;
        Adapters = adapters;
        CachePool = cachePool;
        lifetime = new SharedLifetime(owner, Free);
    }

    /// <summary>Has something that uses the graph disposed with it, before it.</summary>
    public void Attach(IDisposable part) => attached = part;

    public InferenceSession Session { get; }

    public DecoderLayout Layout { get; }

    public IReadOnlyDictionary<string, Adapter> Adapters { get; }

    public CachePool CachePool { get; }

    /// <inheritdoc cref="SharedLifetime.Acquire"/>
    public void Acquire() => lifetime.Acquire();

    public void Release() => lifetime.Release();

    public void Dispose() => lifetime.Dispose();

    private void Free()
    {
        attached?.Dispose();
        CachePool.Dispose();
        foreach (var adapter in Adapters.Values)
        {
            adapter.Dispose();
        }

        Session.Dispose();
        // Its weights, as ONNX Runtime packed them, and what its runs took.
        SystemMemory.GiveBack();
    }
}
