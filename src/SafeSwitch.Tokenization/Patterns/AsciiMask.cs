namespace SafeSwitch.Tokenization.Patterns;

/// <summary>A set of ASCII characters, to tell at a glance that an alternative cannot start here.</summary>
internal struct AsciiMask
{
    private ulong low;
    private ulong high;

    public static AsciiMask All => new() { low = ulong.MaxValue, high = ulong.MaxValue };

    public readonly bool Contains(char unit) => unit >= 128 || ((unit < 64 ? low : high) >> (unit & 63) & 1) != 0;

    public void Add(CodePointSet set)
    {
        for (var code = 0; code < 64; code++)
        {
            if (set.Contains(code))
                low |= 1UL << code;
            if (set.Contains(code + 64))
                high |= 1UL << code;
        }
    }
}
