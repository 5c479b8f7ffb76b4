using System.Buffers;
using System.Runtime.InteropServices;
using SafeSwitch.Backends;

namespace SafeSwitch.Guard;

/// <summary>
/// The hidden states of the answer tokens being held back: a row is kept of each single-token run, so that the response stage
/// sees the pilot as one sequence.
/// </summary>
internal sealed class HeldStates(string name, int width, int capacity) : HiddenStates, IDisposable
{
    private float[] rows = ArrayPool<float>.Shared.Rent(width * capacity);
    private int positions;

    public override string Name => name;

    public override int Positions => positions;

    public override int Width => width;

    public override HiddenStateType Type => HiddenStateType.Float32;

    public override ReadOnlySpan<byte> Data => MemoryMarshal.AsBytes(rows.AsSpan(0, positions * width));

    /// <summary>Keeps the last row of what was just run.</summary>
    public void Append(HiddenStates states)
    {
        states.CopyRow(states.Positions - 1, rows.AsSpan(positions * width, width));
        positions++;
    }

    public void Clear() => positions = 0;

    public void Dispose()
    {
        ArrayPool<float>.Shared.Return(rows);
        rows = [];
        positions = 0;
    }
}
