using Microsoft.ML.OnnxRuntime;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>The memory of one output, bound again only when what is bound changes: never from one decoded token to the next.</summary>
/// <param name="output">The output.</param>
/// <param name="allocate">Makes the memory: a <see cref="PinnedBuffer"/> if anybody but this assembly reads it.</param>
internal sealed class OutputTensor(StateOutput output, Func<long, IBuffer> allocate) : IDisposable
{
    // Beyond this, memory of a long prefill is not held on to while single tokens are decoded.
    private const long LargeBytes = 8 << 20;

    private IBuffer? buffer;
    private OrtValue? value;
    private (int Start, int Rows) bound;

    public StateOutput Output => output;

    public int Rows { get; private set; }

    /// <summary>The rows, as bytes; empty once the tensor is disposed.</summary>
    public ReadOnlySpan<byte> Data => buffer is { } current ? current.Read(checked(Rows * RowBytes)) : default;

    private int RowBytes => output.Width * DecoderTypes.SizeOf(output.Type);

    /// <summary>Makes room for a run of that many positions of one sequence, or of several.</summary>
    public void Bind(OrtIoBinding binding, int positions, int sequences = 1)
    {
        Resize(sequences * (output.IsLastOnly ? 1 : positions));
        Bind(binding, start: 0, Rows, sequences);
    }

    /// <summary>Makes room for one of several runs that fill the tensor together: positions of one sequence, one behind the other.</summary>
    /// <param name="binding">Where to bind.</param>
    /// <param name="positions">Positions of all of the runs.</param>
    /// <param name="start">Positions of the runs before.</param>
    /// <param name="count">Positions of this run.</param>
    public void BindPart(OrtIoBinding binding, int positions, int start, int count)
    {
        if (output.IsLastOnly)
        {
            Bind(binding, count);
            return;
        }

        Resize(positions);
        Bind(binding, start, count, sequences: 1);
    }

    /// <summary>Takes the rows of another run as those of this tensor.</summary>
    /// <param name="rows">Whole rows.</param>
    /// <param name="positions">Positions that the tensor has room for, the rows being the first of them; as many as there are rows if it is not said.</param>
    public void Take(ReadOnlySpan<byte> rows, int? positions = null)
    {
        Resize(positions ?? (rows.Length / RowBytes));
        buffer!.Write(rows);
    }

    /// <summary>Gives the memory away; the next run makes its own.</summary>
    public IBuffer? Detach()
    {
        var detached = buffer;
        value?.Dispose();
        (value, buffer, Rows) = (null, null, 0);
        return detached;
    }

    public void Dispose() => Detach()?.Dispose();

    private void Resize(int rows)
    {
        var bytes = (long)rows * RowBytes;
        if (buffer is null || buffer.Bytes < bytes || (buffer.Bytes > LargeBytes && buffer.Bytes > bytes * 4))
        {
            Dispose();
            buffer = allocate(bytes);
        }

        Rows = rows;
    }

    private void Bind(OrtIoBinding binding, int start, int rows, int sequences)
    {
        if (value is not null && bound == (start, rows))
            return;
        value?.Dispose();
        value = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance,
            output.Type,
            [sequences, rows / sequences, output.Width],
            buffer!.Pointer + (nint)((long)start * RowBytes),
            (long)rows * RowBytes);
        binding.BindOutput(output.Name, value);
        bound = (start, rows);
    }
}
