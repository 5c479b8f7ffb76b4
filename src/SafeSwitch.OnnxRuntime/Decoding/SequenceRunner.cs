using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SafeSwitch.Backends;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// Runs one sequence through the graph. Everything stays bound from run to run except what changes shape: from one
/// decoded token to the next, the attention mask alone.
/// </summary>
internal sealed class SequenceRunner : IDisposable
{
    private readonly GraphRun run;
    private readonly OrtIoBinding binding;
    private readonly ISequenceCache cache;
    private readonly SequenceInputs inputs;
    private readonly OutputTensor logits;
    private readonly OrtHiddenStates[] states;
    private readonly OutputTensor[] outputs;
    private readonly float[]? convertedLogits;
    private Adapter? activeAdapter;

    public SequenceRunner(Decoder decoder, int capacity, IEnumerable<StateOutput> hiddenStates)
    {
        var layout = decoder.Layout;
        run = new GraphRun(decoder.Session);
        binding = run.Binding;
        inputs = new SequenceInputs(layout, capacity);
        logits = new OutputTensor(layout.Logits);
        var stateTensors = hiddenStates.Select(h => new OutputTensor(h)).ToArray();
        outputs = [logits, .. stateTensors];
        states = [.. stateTensors.Select(t => new OrtHiddenStates(t))];
        if (layout.Logits.Type != TensorElementType.Float)
            convertedLogits = new float[layout.Logits.Width];
        cache = layout.Cache.IsShared
            ? new SharedCache(layout.Cache, decoder.CachePool, capacity, layout.DeviceInputs)
            : new GrowingCache(layout.Cache, decoder.CachePool, capacity);
        cache.Attach(binding);
    }

    public ReadOnlySpan<float> Logits => convertedLogits is not null ? convertedLogits : MemoryMarshal.Cast<byte, float>(LastLogits);

    public IEnumerable<string> HiddenStates => states.Select(s => s.Name);

    private ReadOnlySpan<byte> LastLogits => logits.Data[(logits.Data.Length / logits.Rows * (logits.Rows - 1))..];

    public HiddenStates? FindHiddenStates(string name)
    {
        foreach (var candidate in states)
        {
            if (candidate.Name == name)
                return candidate;
        }

        return null;
    }

    /// <exception cref="OperationCanceledException">It was cancelled, or told to terminate.</exception>
    /// <exception cref="SafeSwitchException">ONNX Runtime failed.</exception>
    public void Run(ReadOnlySpan<int> tokens, int past, CancellationToken cancellationToken)
    {
        inputs.Bind(binding, tokens, past);
        cache.Prepare(binding, past, past + tokens.Length);
        foreach (var output in outputs)
            output.Bind(binding, tokens.Length);

        run.Run(cancellationToken);
        cache.Commit();
        ConvertLogits();
    }

    public void Rewind(int length) => cache.Rewind(length);

    /// <summary>Copies the cache of the first positions into a slot of a block of the same layout.</summary>
    /// <exception cref="NotSupportedException">The graph does not append to its cache in place.</exception>
    public void CopyCacheTo(CacheBlock block, int slot, int length)
    {
        if (cache is not SharedCache shared)
            throw new NotSupportedException("A cache that the graph writes anew at every run has no slots.");
        shared.Block.CopyTo(slot: 0, block, slot, length);
    }

    public void SetAdapter(Adapter? adapter)
    {
        if (adapter == activeAdapter)
            return;
        activeAdapter = adapter;
        // Bound inputs can't be unbound one by one.
        binding.ClearBoundInputs();
        inputs.Detach();
        cache.Attach(binding);
        adapter?.Bind(binding);
    }

    /// <summary>Has a run that is under way end soon, and every later one at once.</summary>
    public void Terminate() => run.Terminate();

    public void Dispose()
    {
        run.Dispose();
        inputs.Dispose();
        foreach (var output in outputs)
            output.Dispose();
        cache.Dispose();
    }

    private void ConvertLogits()
    {
        if (convertedLogits is not null)
            ElementTypes.ToSingle(logits.Output.Type, LastLogits, convertedLogits);
    }
}
