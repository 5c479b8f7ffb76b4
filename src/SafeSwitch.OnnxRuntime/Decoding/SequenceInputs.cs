using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>Tokens, positions and attention mask of a run, in buffers that serve the session for its life.</summary>
internal sealed class SequenceInputs : IDisposable
{
    private readonly DecoderLayout layout;
    private readonly NativeBuffer buffer;
    private readonly int capacity;
    private readonly bool isCopiedAtBinding;
    private readonly long[] shape = [1, 0];
    private OrtValue? tokens;
    private OrtValue? positions;
    private OrtValue? mask;
    private int boundTokens;

    public SequenceInputs(DecoderLayout layout, int capacity)
    {
        this.layout = layout;
        this.capacity = capacity;
        isCopiedAtBinding = layout.DeviceInputs.Contains(layout.InputIds)
            || (layout.PositionIds is { } positionIds && layout.DeviceInputs.Contains(positionIds));
        buffer = new NativeBuffer(3L * capacity * sizeof(long));
        Mask.Fill(1);
    }

    private Span<long> Tokens => buffer.AsSpan<long>(capacity);

    private Span<long> Mask => buffer.AsSpan<long>(3 * capacity)[capacity..(2 * capacity)];

    private Span<long> Positions => buffer.AsSpan<long>(3 * capacity)[(2 * capacity)..];

    /// <summary>Has the next run bind everything, to a new binding.</summary>
    public void Detach() => boundTokens = 0;

    public void Bind(OrtIoBinding binding, ReadOnlySpan<int> newTokens, int past)
    {
        var count = newTokens.Length;
        for (var i = 0; i < count; i++)
            Tokens[i] = newTokens[i];
        for (var i = 0; i < count && layout.PositionIds is not null; i++)
            Positions[i] = past + i;

        if (boundTokens != count || isCopiedAtBinding)
        {
            Bind(binding, ref tokens, layout.InputIds, section: 0, count);
            if (layout.PositionIds is not null)
                Bind(binding, ref positions, layout.PositionIds, section: 2, count);
            boundTokens = count;
        }

        Bind(binding, ref mask, layout.AttentionMask, section: 1, past + count);
    }

    public void Dispose()
    {
        tokens?.Dispose();
        positions?.Dispose();
        mask?.Dispose();
        buffer.Dispose();
    }

    private void Bind(OrtIoBinding binding, ref OrtValue? value, string name, int section, int length)
    {
        value?.Dispose();
        shape[1] = length;
        var bytes = (long)length * sizeof(long);
        value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElementType.Int64, shape, buffer.Pointer + (section * capacity * sizeof(long)), bytes);
        binding.BindInput(name, value);
    }
}
