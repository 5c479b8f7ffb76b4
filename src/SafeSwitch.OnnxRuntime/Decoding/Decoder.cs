using Microsoft.ML.OnnxRuntime;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// A loaded decoder graph with what its sessions share. It lives until it is closed and the last session on it is gone, so
/// that a model may be disposed while sessions are open.
/// </summary>
internal sealed class Decoder : IDisposable
{
    private readonly Lock gate = new();
    private int users = 1;
    private bool isClosed;

    public Decoder(InferenceSession session, DecoderLayout layout, IReadOnlyDictionary<string, Adapter> adapters, CachePool cachePool)
    {
        Session = session;
        Layout = layout;
        Adapters = adapters;
        CachePool = cachePool;
    }

    public InferenceSession Session { get; }

    public DecoderLayout Layout { get; }

    public IReadOnlyDictionary<string, Adapter> Adapters { get; }

    public CachePool CachePool { get; }

    /// <summary>Adds a user.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    public void Acquire()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isClosed, typeof(OnnxLanguageModel));
            users++;
        }
    }

    public void Release()
    {
        lock (gate)
        {
            if (--users > 0)
                return;
        }

        CachePool.Dispose();
        foreach (var adapter in Adapters.Values)
            adapter.Dispose();
        Session.Dispose();
    }

    /// <summary>Admits no further sessions; frees everything with the last one.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            if (isClosed)
                return;
            isClosed = true;
        }

        Release();
    }
}
