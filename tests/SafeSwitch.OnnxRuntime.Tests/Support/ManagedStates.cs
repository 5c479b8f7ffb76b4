using SafeSwitch.Backends;

namespace SafeSwitch.OnnxRuntime.Tests.Support;

/// <summary>Hidden states in managed memory, as another backend's might be.</summary>
internal sealed class ManagedStates(string name, int width, HiddenStateType type, byte[] data) : HiddenStates
{
    public override string Name => name;

    public override int Positions => data.Length / Width / (type == HiddenStateType.Float32 ? 4 : 2);

    public override int Width => width;

    public override HiddenStateType Type => type;

    public override ReadOnlySpan<byte> Data => data;

    public static ManagedStates From(string name, int width, HiddenStateType type, float[] values) => new(name, width, type, type switch
    {
        HiddenStateType.Float32 => [.. values.SelectMany(BitConverter.GetBytes)],
        HiddenStateType.Float16 => [.. values.SelectMany(v => BitConverter.GetBytes((Half)v))],
        _ => [.. values.SelectMany(v => BitConverter.GetBytes((ushort)(BitConverter.SingleToUInt32Bits(v) >> 16)))],
    });
}
