using SafeSwitch.OnnxRuntimeGenAI.Adapters;
using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Decoding;

/// <summary>
/// The native model with its adapters. It lives until it is closed and the last session on it is gone, so that a model may be
/// disposed while sessions are open.
/// </summary>
/// <param name="model">The model, owned.</param>
/// <param name="adapters">Its adapters, owned.</param>
/// <param name="appends">Whether the device can append tokens to a sequence that was begun.</param>
internal sealed class NativeModel(ModelHandle model, AdapterSet adapters, bool appends) : IDisposable
{
    private readonly Lock gate = new();
    private int users = 1;
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool isClosed;

    public bool IsClosed => isClosed;

    /// <summary>Ends when the last user is gone and everything is freed.</summary>
    public Task WhenReleased => released.Task;

    /// <summary>A generator with room for that many positions. Only for one who acquired the model.</summary>
    public Generator CreateGenerator(int capacity) => new(model, adapters, capacity, appends);

    /// <summary>Adds a user.</summary>
    /// <exception cref="ObjectDisposedException">The model is closed.</exception>
    public void Acquire()
    {
        lock (gate)
        {
            ObjectDisposedException.ThrowIf(isClosed, typeof(GenAIModel));
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

        adapters.Dispose();
        model.Dispose();
        released.TrySetResult();
    }

    /// <summary>Admits no further users; frees everything with the last one.</summary>
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
