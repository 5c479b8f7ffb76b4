using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace SafeSwitch.Backends;

/// <summary>
/// The hidden states of some consecutive positions at one layer: a row-major <c>[positions, width]</c> view of the memory
/// that the runtime wrote, valid until the session's next run or rewind.
/// </summary>
public abstract class HiddenStates
{
    /// <summary>Name of the decoder output, such as <c>hidden_states.18</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Rows: positions of the sequence, the sequence length of the run.</summary>
    public abstract int Positions { get; }

    /// <summary>Numbers per row: the model's hidden size.</summary>
    public abstract int Width { get; }

    /// <summary>How the numbers are stored.</summary>
    public abstract HiddenStateType Type { get; }

    /// <summary>
    /// The numbers as bytes, in the machine's byte order: <c>positions · width</c> numbers of <see cref="Type"/>, of 4 bytes each in
    /// single precision and 2 in the others.
    /// </summary>
    public abstract ReadOnlySpan<byte> Data { get; }

    /// <summary>Copies one row as 32-bit numbers.</summary>
    /// <param name="position">The row, from 0.</param>
    /// <param name="destination">At least <see cref="Width"/> numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public virtual void CopyRow(int position, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Positions);

        var size = Type == HiddenStateType.Float32 ? sizeof(float) : sizeof(ushort);
        var row = Data.Slice(position * Width * size, Width * size);
        switch (Type)
        {
            case HiddenStateType.Float32:
                MemoryMarshal.Cast<byte, float>(row).CopyTo(destination);
                break;
            case HiddenStateType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(row), destination);
                break;
            default:
                var source = MemoryMarshal.Cast<byte, ushort>(row);
                var bits = MemoryMarshal.Cast<float, uint>(destination);
                for (var i = 0; i < source.Length; i++)
                    bits[i] = (uint)source[i] << 16;
                break;
        }
    }
}
