namespace SafeSwitch.Training.Numerics;

/// <summary>SplitMix64 (Steele, Lea and Flood): a stream of random numbers for any key, the same on every machine.</summary>
internal struct SplitMix(ulong seed)
{
    private ulong state = seed;

    /// <summary>The stream of one use (a pass, a row) of a seed.</summary>
    public static SplitMix For(int seed, int use, int item = 0)
    {
        var stream = new SplitMix((uint)seed);
        stream = new SplitMix(stream.Next() ^ (uint)use);
        return new SplitMix(stream.Next() ^ (uint)item);
    }

    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public float NextFloat() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>Uniform in [0, bound).</summary>
    public int Next(int bound) => (int)Math.BigMul(Next(), (ulong)bound, out _);

    public void Shuffle(Span<int> items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
