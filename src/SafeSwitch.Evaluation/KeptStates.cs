using SafeSwitch.Backends;

namespace SafeSwitch.Evaluation;

/// <summary>The states of the first answer tokens, kept beyond the verb that made them.</summary>
internal sealed class KeptStates(string name, int width, int capacity) : HiddenStates
{
    private byte[] data = [];
    private HiddenStateType type;
    private int kept;
    private int shown;

    public override string Name => name;

    public override int Positions => shown;

    public override int Width => width;

    public override HiddenStateType Type => type;

    public override ReadOnlySpan<byte> Data => data.AsSpan(0, shown * RowBytes);

    private int RowBytes => width * (type == HiddenStateType.Float32 ? sizeof(float) : sizeof(ushort));

    public void Clear() => kept = shown = 0;

    /// <summary>Keeps the last row.</summary>
    public void Append(HiddenStates states)
    {
        type = states.Type;
        if (data.Length < capacity * RowBytes)
            data = new byte[capacity * RowBytes];
        states.Data[^RowBytes..].CopyTo(data.AsSpan(kept++ * RowBytes));
        shown = kept;
    }

    /// <summary>Shows the first rows only.</summary>
    public void Show(int positions) => shown = Math.Min(positions, kept);
}
