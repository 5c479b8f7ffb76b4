namespace SafeSwitch.Tokenization.Patterns;

/// <summary>A set of ASCII characters, to tell at a glance that an alternative cannot start here.</summary>
internal struct AsciiMask
{
    private ulong _low;
    private ulong _high;

    public static AsciiMask All => new() { _low = ulong.MaxValue, _high = ulong.MaxValue };

    public readonly bool Contains(char unit) => unit >= 128 || ((unit < 64 ? _low : _high) >> (unit & 63) & 1) != 0;

    public void Add(CodePointSet set)
    {
        for (var code = 0; code < 64; code++)
        {
            if (set.Contains(code))
                _low |= 1UL << code;
            if (set.Contains(code + 64))
                _high |= 1UL << code;
        }
    }
}
