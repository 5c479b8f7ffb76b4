using System.Globalization;

namespace SafeSwitch.Evaluation;

/// <summary>Where evaluated rows go, where earlier ones are found, and which rows this process makes.</summary>
public sealed record EvaluationFiles
{
    /// <summary>The file that rows are added to.</summary>
    public required string Path { get; init; }

    /// <summary>Files of the same run, other processes' among them: rows that are there already are not made again.</summary>
    public IReadOnlyList<string> Others { get; init; } = [];

    /// <summary>The part of the rows that this process makes: every <c>Of</c>-th, from the <c>Part</c>-th on, from 1.</summary>
    /// <value>All rows by default.</value>
    public (int Part, int Of) Shard { get; init; } = (1, 1);

    /// <summary>The files of a report's folder: <c>rows.jsonl</c>, or <c>rows-2-of-4.jsonl</c> for one part of four.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="part">The part of the rows that this process makes; <see langword="null"/> for all.</param>
    public static EvaluationFiles InFolder(string folder, (int Part, int Of)? part = null)
    {
        var shard = part ?? (1, 1);
        var name = shard.Of == 1 ? "rows.jsonl" : string.Create(CultureInfo.InvariantCulture, $"rows-{shard.Part}-of-{shard.Of}.jsonl");
        return new EvaluationFiles
        {
            Path = System.IO.Path.Combine(folder, name),
            Others = Directory.Exists(folder)
                ? [.. Directory.EnumerateFiles(folder, "rows*.jsonl").Where(f => System.IO.Path.GetFileName(f) != name).Order(StringComparer.Ordinal)]
                : [],
            Shard = shard,
        };
    }

    internal bool Makes(int row) => row % Shard.Of == Shard.Part - 1;
}
