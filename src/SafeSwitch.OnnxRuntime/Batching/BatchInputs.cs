using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Batching;

/// <summary>
/// One token for each of several sequences, with its position and the sequence's attention mask: ones as far as it goes, then zeros
/// up to the longest. Attention takes from the mask how long each sequence is, so sequences need not be aligned.
/// </summary>
internal sealed class BatchInputs : IDisposable
{
    private readonly DecoderLayout layout;
    private readonly int slots;
    private readonly NativeBuffer buffer;
    private readonly List<OrtValue> bound = [];

    public BatchInputs(DecoderLayout layout, int slots, int capacity)
    {
        this.layout = layout;
        this.slots = slots;
        buffer = new NativeBuffer((2L + capacity) * slots * sizeof(long));
    }

    /// <param name="binding">Where to bind.</param>
    /// <param name="tokens">The next token of each sequence.</param>
    /// <param name="lengths">Positions that each sequence has before it.</param>
    public void Bind(OrtIoBinding binding, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        foreach (var value in bound)
            value.Dispose();
        bound.Clear();

        var longest = 0;
        foreach (var length in lengths)
            longest = Math.Max(longest, length + 1);
        var numbers = buffer.AsSpan<long>(slots * (2 + longest));
        var mask = numbers[(2 * slots)..];
        for (var i = 0; i < tokens.Length; i++)
        {
            numbers[i] = tokens[i];
            numbers[slots + i] = lengths[i];
            var row = mask.Slice(i * longest, longest);
            row[..(lengths[i] + 1)].Fill(1);
            row[(lengths[i] + 1)..].Clear();
        }

        Bind(binding, layout.InputIds, offset: 0, tokens.Length, 1);
        if (layout.PositionIds is { } positions)
            Bind(binding, positions, slots, tokens.Length, 1);
        Bind(binding, layout.AttentionMask, 2 * slots, tokens.Length, longest);
    }

    public void Dispose()
    {
        foreach (var value in bound)
            value.Dispose();
        buffer.Dispose();
    }

    private void Bind(OrtIoBinding binding, string name, int offset, int rows, int columns)
    {
        var value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance,
            TensorElementType.Int64,
            [rows, columns],
            buffer.Pointer + (offset * sizeof(long)),
            (long)rows * columns * sizeof(long));
        bound.Add(value);
        binding.BindInput(name, value);
    }
}
