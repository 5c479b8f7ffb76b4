using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Probes;

/// <summary>An input of a probe: the decoder's own tensor where it will do, or else a pooled copy of 32-bit numbers.</summary>
internal readonly struct ProbeTensor : IDisposable
{
    private readonly float[]? rented;
    private readonly bool isBorrowed;

    private ProbeTensor(OrtValue value, float[]? rented = null, bool isBorrowed = false)
    {
        Value = value;
        this.rented = rented;
        this.isBorrowed = isBorrowed;
    }

    public OrtValue Value { get; }

    public static ProbeTensor Of(HiddenStates states)
    {
        if (states is OrtHiddenStates { Type: HiddenStateType.Float32 } own)
            return new ProbeTensor(own.Tensor, isBorrowed: true);

        var width = states.Width;
        var rented = ArrayPool<float>.Shared.Rent(checked(states.Positions * width));
        for (var i = 0; i < states.Positions; i++)
            states.CopyRow(i, rented.AsSpan(i * width, width));
        return OverRented(rented, states.Positions * width, [1, states.Positions, width]);
    }

    public static ProbeTensor Of(ReadOnlyMemory<float> mask) => new(OrtValue.CreateTensorValueFromMemory(
        OrtMemoryInfo.DefaultInstance, MemoryMarshal.AsMemory(mask), [1, mask.Length]));

    public static ProbeTensor Ones(int positions)
    {
        var rented = ArrayPool<float>.Shared.Rent(positions);
        rented.AsSpan(0, positions).Fill(1);
        return OverRented(rented, positions, [1, positions]);
    }

    public void Dispose()
    {
        if (!isBorrowed)
            Value.Dispose();
        if (rented is not null)
            ArrayPool<float>.Shared.Return(rented);
    }

    private static ProbeTensor OverRented(float[] rented, int length, long[] shape) =>
        new(OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, rented.AsMemory(0, length), shape), rented);
}
