using System.CommandLine;
using SafeSwitch.Cli.Verbs;
using SafeSwitch.Toolkit.Data;

namespace SafeSwitch.Cli.Evaluating;

/// <summary>Which rows of the data files a verb takes.</summary>
internal sealed class RowSelection
{
    /// <summary>Rows that something may be learned from: all but the test rows.</summary>
    public const string SeenSplits = "seen";

    private const string AllSplits = "all";

    private readonly Option<string[]> data = new("--data")
    {
        Description = "Data files, JSON lines of {\"prompt\"|\"messages\", \"harmful\", …}",
        HelpName = "FILE.jsonl",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<string> split;

    private readonly Option<int?> limit = new("--limit") { Description = "At most that many rows, spread evenly over all", HelpName = "N" };

    private readonly Option<bool> strict = new("--strict") { Description = "Stop at the first malformed row instead of leaving it out" };

    /// <param name="usual">The split that is taken if none is named.</param>
    public RowSelection(string usual)
    {
        split = new Option<string>("--split")
        {
            Description = $"Which rows; '{SeenSplits}' are those of {DataSplits.Train} and {DataSplits.Validation}: the test rows are to be looked at once",
            DefaultValueFactory = _ => usual,
        };
        split.AcceptOnlyFromAmong(DataSplits.Train, DataSplits.Validation, DataSplits.Test, SeenSplits, AllSplits);
    }

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { data, split, limit, strict })
            command.Add(option);
    }

    /// <summary>Reads the files. Malformed rows are told by line and left out.</summary>
    public SelectedRows Read(VerbCall call)
    {
        var problems = 0;
        var rows = call.Get(data)!.SelectMany(path => DataReader.Read(path, call.Get(strict), problem =>
        {
            problems++;
            call.Warn($"left out {problem}");
        })).ToList();
        var wanted = call.Get(split)!;
        var selected = rows.FindAll(r => wanted switch
        {
            AllSplits => true,
            SeenSplits => r.Split != DataSplits.Test,
            _ => r.Split == wanted,
        });
        if (selected.Count == 0)
        {
            var there = rows.Count == 0 ? "none at all" : string.Join(", ", rows.GroupBy(r => r.Split).Select(g => $"{g.Count()} of '{g.Key}'"));
            throw new DataException($"Found no rows of split '{wanted}' in the data files, but {there}. Choose with --split; '{AllSplits}' takes every row.");
        }

        return new SelectedRows(
            Spread(selected, call.Get(limit) ?? int.MaxValue),
            rows.Where(r => r.Split == DataSplits.Train).Select(r => r.Source).ToHashSet(StringComparer.Ordinal),
            problems);
    }

    /// <summary>The data files.</summary>
    public IReadOnlyList<string> Files(VerbCall call) => call.Get(data)!;

    private static List<DataRow> Spread(List<DataRow> rows, int limit)
    {
        if (limit < 1)
            throw new Errors.UsageException($"--limit: found {limit}, expected at least 1.");
        return limit >= rows.Count ? rows : [.. Enumerable.Range(0, limit).Select(i => rows[(int)((long)i * rows.Count / limit)])];
    }
}
