using System.Runtime.InteropServices;
using SafeSwitch.Backends;

namespace SafeSwitch.Tests.Fakes;

/// <summary>Hidden states of numbers that a test gives, and may change.</summary>
internal sealed class FixedStates(string name, float[] numbers, int width = 2) : HiddenStates
{
    public override string Name => name;

    public override int Positions => numbers.Length / width;

    public override int Width => width;

    public override HiddenStateType Type => HiddenStateType.Float32;

    public override ReadOnlySpan<byte> Data => MemoryMarshal.AsBytes<float>(numbers);
}
