using System.Buffers.Binary;

namespace SafeSwitch.Reliability.Edits;

/// <summary>What a bad disk, a cut download or a hex editor does to a file, whatever is in it.</summary>
internal static class ByteEdits
{
    private static readonly long[] Numbers = [0, -1, 1, 255, 65_535, int.MaxValue, int.MinValue, 1L << 32, long.MaxValue, long.MinValue, 1_000_000_000];

    public static Edit Any(byte[] file, Random random)
    {
        if (file.Length == 0)
            return Insert(file, random);
        return random.Next(9) switch
        {
            0 => FlipBit(file, random),
            1 => SetByte(file, random),
            2 => WriteNumber(file, random),
            3 => Insert(file, random),
            4 => Fill(file, random),
            5 => Copy(file, random),
            6 => Cut(file, random),
            7 => Remove(file, random),
            _ => Repeat(file, random),
        };
    }

    /// <summary>A place in the file, half of the time near an end, where headers and directories stand.</summary>
    public static int Place(int length, Random random) => random.Next(4) switch
    {
        0 => random.Next(Math.Min(512, length)),
        1 => length - 1 - random.Next(Math.Min(512, length)),
        _ => random.Next(length),
    };

    private static Edit FlipBit(byte[] file, Random random)
    {
        var (bytes, at, bit) = (file.ToArray(), Place(file.Length, random), random.Next(8));
        bytes[at] ^= (byte)(1 << bit);
        return new Edit(bytes, $"bit {bit} of byte {at} flipped");
    }

    private static Edit SetByte(byte[] file, Random random)
    {
        var (bytes, at) = (file.ToArray(), Place(file.Length, random));
        bytes[at] = random.Next(4) switch { 0 => 0, 1 => 255, 2 => 0x80, _ => (byte)random.Next(256) };
        return new Edit(bytes, $"byte {at} set to 0x{bytes[at]:x2}");
    }

    private static Edit WriteNumber(byte[] file, Random random)
    {
        var (bytes, number) = (file.ToArray(), Numbers[random.Next(Numbers.Length)]);
        Span<byte> written = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(written, number);
        var width = random.Next(2) == 0 ? 4 : 8;
        var at = Place(bytes.Length, random) & ~3;
        width = Math.Min(width, bytes.Length - at);
        written[..width].CopyTo(bytes.AsSpan(at));
        return new Edit(bytes, $"{width} bytes at {at} set to the number {number}");
    }

    private static Edit Insert(byte[] file, Random random)
    {
        var (at, added) = (random.Next(file.Length + 1), new byte[random.Next(1, 9)]);
        random.NextBytes(added);
        return new Edit([.. file[..at], .. added, .. file[at..]], $"{Convert.ToHexStringLower(added)} inserted at {at}");
    }

    private static Edit Fill(byte[] file, Random random)
    {
        var (bytes, (at, length)) = (file.ToArray(), Range(file.Length, random));
        var value = random.Next(2) == 0 ? (byte)0 : (byte)255;
        bytes.AsSpan(at, length).Fill(value);
        return new Edit(bytes, $"{length} bytes at {at} filled with 0x{value:x2}");
    }

    private static Edit Copy(byte[] file, Random random)
    {
        var (bytes, (at, length)) = (file.ToArray(), Range(file.Length, random));
        var to = random.Next(bytes.Length - length + 1);
        file.AsSpan(at, length).CopyTo(bytes.AsSpan(to));
        return new Edit(bytes, $"{length} bytes at {at} copied over those at {to}");
    }

    private static Edit Cut(byte[] file, Random random)
    {
        var length = Place(file.Length, random);
        return new Edit(file[..length], $"cut to {length} bytes");
    }

    private static Edit Remove(byte[] file, Random random)
    {
        var (at, length) = Range(file.Length, random);
        return new Edit([.. file[..at], .. file[(at + length)..]], $"{length} bytes at {at} removed");
    }

    private static Edit Repeat(byte[] file, Random random)
    {
        var (at, length) = Range(file.Length, random);
        return new Edit([.. file[..(at + length)], .. file[at..]], $"{length} bytes at {at} repeated");
    }

    private static (int At, int Length) Range(int length, Random random)
    {
        var at = Place(length, random);
        return (at, random.Next(1, Math.Min(length - at, 1 << random.Next(0, 12)) + 1));
    }
}
