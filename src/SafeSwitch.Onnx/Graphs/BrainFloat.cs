namespace SafeSwitch.Onnx.Graphs;

/// <summary>Brain floating point: the upper half of a single-precision number.</summary>
public static class BrainFloat
{
    private const int Exponent = 0x7F80;

    /// <summary>A number as single precision.</summary>
    public static float Widen(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);

    /// <summary>Numbers as single precision.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void Widen(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        if (destination.Length < source.Length)
        {
            throw new ArgumentException($"Found room for {destination.Length} numbers, expected {source.Length}.", nameof(destination));
        }

        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = Widen(source[i]);
        }
    }

    /// <summary>The nearest number, ties to even.</summary>
    public static ushort Round(float number)
    {
        var bits = BitConverter.SingleToUInt32Bits(number);
        // A quiet NaN stays one: rounding could carry its fraction away.
        return float.IsNaN(number) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    /// <summary>The nearest numbers, ties to even.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static void Round(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        if (destination.Length < source.Length)
        {
            throw new ArgumentException($"Found room for {destination.Length} numbers, expected {source.Length}.", nameof(destination));
        }

        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = Round(source[i]);
        }
    }

    internal static bool AreFinite(ReadOnlySpan<ushort> numbers)
    {
        foreach (var bits in numbers)
        {
            if ((bits & Exponent) == Exponent)
            {
                return false;
            }
        }

        return true;
    }
}
