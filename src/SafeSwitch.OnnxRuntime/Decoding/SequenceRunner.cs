using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntime.Adapters;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// Runs one sequence through the graph. Everything stays bound from run to run except what changes shape: from one
/// decoded token to the next, the attention mask alone.
/// </summary>
internal sealed class SequenceRunner : IDisposable
{
    private static readonly Action<object?> RequestTermination = static state => ((RunOptions)state!).Terminate = true;

    private readonly InferenceSession session;
    private readonly OrtIoBinding binding;
    private readonly RunOptions runOptions = new();
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
        session = decoder.Session;
        binding = session.CreateIoBinding();
        inputs = new SequenceInputs(layout, capacity);
        logits = new OutputTensor(layout.Logits);
        var stateTensors = hiddenStates.Select(h => new OutputTensor(h)).ToArray();
        outputs = [logits, .. stateTensors];
        states = [.. stateTensors.Select(t => new OrtHiddenStates(t))];
        if (layout.Logits.Type != TensorElementType.Float)
            convertedLogits = new float[layout.Logits.Width];
        // Ending a run on request is no fault worth a line on standard error.
        runOptions.LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL;
        cache = layout.Cache.IsShared
            ? new SharedCache(layout.Cache, decoder.CachePool, capacity)
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

        RunBound(cancellationToken);
        cache.Commit();
        ConvertLogits();
    }

    public void Rewind(int length) => cache.Rewind(length);

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
    public void Terminate() => runOptions.Terminate = true;

    public void Dispose()
    {
        binding.Dispose();
        inputs.Dispose();
        foreach (var output in outputs)
            output.Dispose();
        cache.Dispose();
        runOptions.Dispose();
    }

    private void RunBound(CancellationToken cancellationToken)
    {
        // RunWithBinding ignores the adapters of the run options: they are bound as inputs.
        try
        {
            using (cancellationToken.UnsafeRegister(RequestTermination, runOptions))
                session.RunWithBinding(runOptions, binding);
        }
        catch (OnnxRuntimeException e)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                runOptions.Terminate = false;
                throw new OperationCanceledException("The run was cancelled.", e, cancellationToken);
            }

            if (runOptions.Terminate)
                throw new OperationCanceledException("The run was ended.", e);
            throw new SafeSwitchException($"ONNX Runtime failed: {e.Message}", e);
        }

        if (cancellationToken.IsCancellationRequested)
        {
            // It came too late to end the run.
            runOptions.Terminate = false;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private void ConvertLogits()
    {
        if (convertedLogits is null)
            return;
        if (logits.Output.Type == TensorElementType.Float16)
        {
            TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(LastLogits), convertedLogits);
            return;
        }

        var source = MemoryMarshal.Cast<byte, ushort>(LastLogits);
        for (var i = 0; i < source.Length; i++)
            convertedLogits[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
    }
}
