using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntimeGenAI.Adapters;
using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Decoding;

/// <summary>The native model with its adapters, freed when it is disposed and the last session on it is gone.</summary>
internal sealed class NativeModel : IDisposable
{
    private readonly ModelHandle model;
    private readonly AdapterSet adapters;
    private readonly bool appends;
    private readonly SharedLifetime lifetime;

    /// <param name="model">The model, owned.</param>
    /// <param name="adapters">Its adapters, owned.</param>
    /// <param name="appends">Whether the device can append tokens to a sequence that was begun.</param>
    public NativeModel(ModelHandle model, AdapterSet adapters, bool appends)
    {
        this.model = model;
        this.adapters = adapters;
        this.appends = appends;
        lifetime = new SharedLifetime(typeof(GenAIModel), Free);
    }

    public bool IsClosed => lifetime.IsClosed;

    /// <summary>Ends when the last user is gone and everything is freed.</summary>
    public Task Freed => lifetime.Freed;

    /// <summary>A generator with room for that many positions. Only for one who acquired the model.</summary>
    public Generator CreateGenerator(int capacity) => new(model, adapters, capacity, appends);

    /// <inheritdoc cref="SharedLifetime.Acquire"/>
    public void Acquire() => lifetime.Acquire();

    public void Release() => lifetime.Release();

    public void Dispose() => lifetime.Dispose();

    private void Free()
    {
        adapters.Dispose();
        model.Dispose();
    }
}
