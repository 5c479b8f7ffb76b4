using Microsoft.ML.OnnxRuntime;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>The memory of one output, bound again only when the number of its rows changes: never from one decoded token to the next.</summary>
/// <param name="output">The output.</param>
/// <param name="allocate">Makes the memory: a <see cref="PinnedBuffer"/> if anybody but this assembly reads it.</param>
internal sealed class OutputTensor(StateOutput output, Func<long, IBuffer> allocate) : IDisposable
{
    // Beyond this, memory of a long prefill is not held on to while single tokens are decoded.
    private const long LargeBytes = 8 << 20;

    private IBuffer? buffer;
    private OrtValue? value;

    public StateOutput Output => output;

    public int Rows { get; private set; }

    /// <summary>The rows, as bytes; empty once the tensor is disposed.</summary>
    public ReadOnlySpan<byte> Data => buffer is { } current ? current.Read(checked(Rows * RowBytes)) : default;

    private int RowBytes => output.Width * DecoderTypes.SizeOf(output.Type);

    /// <summary>Makes room for a run of that many positions of one sequence, or of several.</summary>
    public void Bind(OrtIoBinding binding, int positions, int sequences = 1)
    {
        var rows = sequences * (output.IsLastOnly ? 1 : positions);
        if (rows == Rows)
        {
            return;
        }

        var bytes = (long)rows * RowBytes;
        if (buffer is null || buffer.Bytes < bytes || (buffer.Bytes > LargeBytes && buffer.Bytes > bytes * 4))
        {
            buffer?.Dispose();
            buffer = allocate(bytes);
        }

        value?.Dispose();
        value = OrtValue.CreateTensorValueWithData(OrtMemoryInfo.DefaultInstance, output.Type, [sequences, rows / sequences, output.Width], buffer.Pointer, bytes);
        binding.BindOutput(output.Name, value);
        Rows = rows;
    }

    public void Dispose()
    {
        value?.Dispose();
        buffer?.Dispose();
        (value, buffer, Rows) = (null, null, 0);
    }
}
