namespace SafeSwitch.Training.Benchmarks;

/// <summary>How many rows at once are tried, and how it is printed.</summary>
internal static class BatchTable
{
    public static readonly int[] AtOnce = [1, 4, 8, 16, 32];

    public static void Print(IEnumerable<string> cells) => Console.WriteLine($"| {string.Join(" | ", cells)} |");
}
