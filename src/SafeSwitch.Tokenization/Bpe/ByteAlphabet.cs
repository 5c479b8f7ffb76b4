namespace SafeSwitch.Tokenization.Bpe;

/// <summary>The printable character that stands for each byte in a byte-level vocabulary, and back.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] CharOfByte = Build();
    private static readonly short[] ByteOfChar = Invert();

    public static char ToChar(byte value) => CharOfByte[value];

    /// <summary>The byte that a character stands for, or -1.</summary>
    public static int ToByte(char value) => value < ByteOfChar.Length ? ByteOfChar[value] : -1;

    private static char[] Build()
    {
        var map = new char[256];
        var shifted = 256;
        for (var value = 0; value < 256; value++)
            map[value] = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF) ? (char)value : (char)shifted++;
        return map;
    }

    private static short[] Invert()
    {
        var inverse = new short[CharOfByte.Max() + 1];
        Array.Fill(inverse, (short)-1);
        for (var value = 0; value < 256; value++)
            inverse[CharOfByte[value]] = (short)value;
        return inverse;
    }
}
