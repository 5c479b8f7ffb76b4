namespace SafeSwitch.Training.Benchmarks;

/// <summary>Bytes that this process has read, from files and pipes, through the cache or not.</summary>
internal static class ReadBytes
{
    private const string Counters = "/proc/self/io";

    /// <summary>How many so far; 0 where the system doesn't count them.</summary>
    public static long SoFar => File.Exists(Counters) && File.ReadLines(Counters).FirstOrDefault(line => line.StartsWith("rchar:", StringComparison.Ordinal)) is { } line
        ? long.Parse(line.AsSpan("rchar:".Length), provider: System.Globalization.CultureInfo.InvariantCulture)
        : 0;
}
