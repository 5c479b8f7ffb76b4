using System.Runtime.InteropServices;
using SafeSwitch.Backends;

namespace SafeSwitch.Tests.Fakes;

/// <summary>States that say which token stood where: [token, position, 0, 0].</summary>
internal sealed class ToyStates(string name) : HiddenStates
{
    private float[] data = [];

    public override string Name => name;

    public override int Positions => data.Length / ToyModel.Width;

    public override int Width => ToyModel.Width;

    public override HiddenStateType Type => HiddenStateType.Float32;

    public override ReadOnlySpan<byte> Data => MemoryMarshal.AsBytes<float>(data);

    public void Set(ReadOnlySpan<int> sequence, int first)
    {
        data = new float[(sequence.Length - first) * ToyModel.Width];
        for (var i = first; i < sequence.Length; i++)
        {
            data[(i - first) * ToyModel.Width] = sequence[i];
            data[(i - first) * ToyModel.Width + 1] = i;
        }
    }
}
