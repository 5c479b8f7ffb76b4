using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Backends;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>A loaded decoder graph with what its sessions share, freed when it is disposed and the last session on it is gone.</summary>
internal sealed class Decoder : IDisposable
{
    private readonly SharedLifetime lifetime;

    public Decoder(InferenceSession session, DecoderLayout layout, IReadOnlyDictionary<string, Adapter> adapters, CachePool cachePool)
    {
        Session = session;
        Layout = layout;
        Adapters = adapters;
        CachePool = cachePool;
        lifetime = new SharedLifetime(typeof(OnnxLanguageModel), Free);
    }

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
        CachePool.Dispose();
        foreach (var adapter in Adapters.Values)
        {
            adapter.Dispose();
        }

        Session.Dispose();
    }
}
