using SafeSwitch.Backends;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Benchmarks;

/// <summary>Rows of made-up words: what they say does not matter for what they cost.</summary>
internal static class SampleRows
{
    private static readonly string[] Vocabulary =
        ["water", "seven", "bright", "under", "make", "list", "quick", "river", "explain", "paper", "north", "people"];

    /// <param name="rows">How many.</param>
    /// <param name="words">Words of each, on average.</param>
    public static IReadOnlyList<DataRow> Make(int rows, int words)
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, rows).Select(row => new DataRow
        {
            Id = $"{row}", Set = "made-up", Source = "made up", Split = "train", Harmful = row % 2 == 0,
            Messages = [PromptMessage.User(string.Join(' ', Enumerable.Range(0, random.Next(words / 2, words * 3 / 2)).Select(_ => Vocabulary[random.Next(Vocabulary.Length)])))],
        })];
    }
}
