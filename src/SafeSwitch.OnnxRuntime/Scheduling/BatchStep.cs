using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SafeSwitch.Onnx;
using SafeSwitch.OnnxRuntime.Batching;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Scheduling;

/// <summary>
/// Runs one token each of the sequences in slots that lie beside each other, under one adapter or none. Rows without it have the gate
/// of its branch at 0.
/// </summary>
internal sealed class BatchStep : IDisposable
{
    private readonly Decoder decoder;
    private readonly SlotMemory memory;
    private readonly GraphRun run;
    private readonly OutputTensor[] outputs;
    private readonly NativeBuffer? gates;
    private readonly TensorElementType gateType;
    private BatchInputs? inputs;
    private (int Slots, int Capacity) inputSize;
    private OrtValue[] views = [];
    private OrtValue? gate;
    private (int Version, int First, int Count) bound;

    /// <param name="decoder">The graph.</param>
    /// <param name="memory">The sequences' slots.</param>
    /// <param name="adapter">The adapter of the rows that have one.</param>
    /// <param name="maxRows">Most rows of a run.</param>
    public BatchStep(Decoder decoder, SlotMemory memory, string? adapter, int maxRows)
    {
        this.decoder = decoder;
        this.memory = memory;
        run = new GraphRun(decoder.Session);
        outputs = [.. decoder.Layout.HiddenStates.Prepend(decoder.Layout.Logits).Select(o => new OutputTensor(o, bytes => new NativeBuffer(bytes)))];
        if (adapter is null)
            return;
        decoder.Adapters[adapter].Bind(run.Binding);
        if (!HasGate(decoder))
            return;
        gateType = decoder.Session.OverridableInitializerMetadata[GraphNames.LoraGate].ElementDataType;
        gates = new NativeBuffer(maxRows * sizeof(float));
    }

    /// <summary>Whether rows of a batch can differ in whether the adapter is on.</summary>
    public static bool HasGate(Decoder decoder) =>
        decoder.Session.OverridableInitializerMetadata.TryGetValue(GraphNames.LoraGate, out var gate)
        && gate.Dimensions[0] < 0 && DecoderTypes.IsSupported(gate.ElementDataType);

    /// <param name="first">The first slot.</param>
    /// <param name="tokens">The next token of each slot; of one that nobody waits for, any.</param>
    /// <param name="lengths">Positions that each has before it.</param>
    /// <param name="adapted">Whether each has the adapter on.</param>
    /// <exception cref="SafeSwitchException">ONNX Runtime failed.</exception>
    public void Run(int first, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, ReadOnlySpan<bool> adapted)
    {
        if (inputs is null || inputSize != (memory.Slots, memory.Capacity))
        {
            inputs?.Dispose();
            inputs = new BatchInputs(decoder.Layout, memory.Slots, memory.Capacity);
            inputSize = (memory.Slots, memory.Capacity);
        }

        BindSlots(first, tokens.Length);
        BindGates(adapted);
        inputs.Bind(run.Binding, tokens, lengths);
        foreach (var output in outputs)
            output.Bind(run.Binding, positions: 1, tokens.Length);
        run.Run(CancellationToken.None);
    }

    /// <summary>A row's part of an output.</summary>
    public ReadOnlySpan<byte> Row(string output, int row)
    {
        foreach (var candidate in outputs)
        {
            if (candidate.Output.Name == output)
            {
                var bytes = candidate.Data.Length / candidate.Rows;
                return candidate.Data.Slice(row * bytes, bytes);
            }
        }

        throw new ArgumentException($"Output: found '{output}', expected one of the decoder's.", nameof(output));
    }

    public void Dispose()
    {
        run.Dispose();
        inputs?.Dispose();
        foreach (var output in outputs)
            output.Dispose();
        foreach (var view in views)
            view.Dispose();
        gate?.Dispose();
        gates?.Dispose();
    }

    private void BindSlots(int first, int count)
    {
        if (bound == (memory.Version, first, count))
            return;
        foreach (var view in views)
            view.Dispose();
        views = memory.Bind(run.Binding, first, count);
        bound = (memory.Version, first, count);
    }

    private void BindGates(ReadOnlySpan<bool> adapted)
    {
        if (gates is null)
            return;
        for (var i = 0; i < adapted.Length; i++)
        {
            switch (gateType)
            {
                case TensorElementType.Float:
                    gates.AsSpan<float>(adapted.Length)[i] = adapted[i] ? 1 : 0;
                    break;
                case TensorElementType.Float16:
                    gates.AsSpan<Half>(adapted.Length)[i] = (Half)(adapted[i] ? 1 : 0);
                    break;
                default:
                    gates.AsSpan<ushort>(adapted.Length)[i] = (ushort)(adapted[i] ? 0x3F80 : 0);
                    break;
            }
        }

        gate?.Dispose();
        gate = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, gateType, [adapted.Length, 1, 1], gates.Pointer, adapted.Length * DecoderTypes.SizeOf(gateType));
        run.Binding.BindInput(GraphNames.LoraGate, gate);
    }
}
