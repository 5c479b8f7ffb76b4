using System.CommandLine;
using SafeSwitch.Evaluation.Suites;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Shared;

/// <summary>Which rows of the data files a verb takes.</summary>
internal sealed class RowSelection
{
    private readonly Option<string[]> data;

    private readonly Option<string> split;

    private readonly Option<int?> limit = new Option<int?>("--limit") { Description = "At most this many rows, spread evenly over all", HelpName = "N" }.WithinRangeOf<int?, EvaluationSuite>(nameof(EvaluationSuite.Limit));

    private readonly Option<bool> strict = new("--strict") { Description = "Stop at the first malformed row instead of leaving it out" };

    /// <param name="usual">The split that is taken if none is named.</param>
    /// <param name="isRequired">Whether nothing else can name the data files.</param>
    public RowSelection(string usual, bool isRequired = true)
    {
        data = new Option<string[]>("--data")
        {
            Description = "Data files, JSON lines of {\"prompt\"|\"messages\", \"harmful\", …}",
            HelpName = "FILE.jsonl",
            Required = isRequired,
            AllowMultipleArgumentsPerToken = true,
        };
        split = new Option<string>("--split")
        {
            Description = $"Which rows; '{RowSelector.SeenSplits}' are those of {DataSplits.Train} and {DataSplits.Validation}: the test rows are to be looked at once",
            DefaultValueFactory = _ => usual,
        };
        split.AcceptOnlyFromAmong([.. RowSelector.KnownSplits]);
    }

    /// <summary>What a suite says by itself.</summary>
    public IEnumerable<Option> ReplacedBySuite => [data, split];

    /// <summary>What narrows a suite's rows.</summary>
    public IEnumerable<Option> BesideSuite => [limit, strict];

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { data, split, limit, strict })
            command.Add(option);
    }

    /// <summary>The data files.</summary>
    public IReadOnlyList<string> Files(VerbCall call) => call.Get(data) is { Length: > 0 } files
        ? files
        : throw new UsageException("--data: found nothing, expected data files, or a suite with --suite.");

    /// <summary>Reads the files. Malformed rows are reported by line and left out.</summary>
    public SelectedRows Read(VerbCall call) => RowSelector.Read(Files(call), call.Get(split)!, call.Get(limit), call.Get(strict), problem => Warn(call, problem));

    /// <summary>Reads the files of a suite.</summary>
    /// <param name="call">The call.</param>
    /// <param name="suite">The suite.</param>
    /// <param name="attacks">Requests disguised in place of the suite's own number.</param>
    public SelectedRows Read(VerbCall call, SuiteFiles suite, int? attacks) => suite.ReadRows(call.Get(limit), call.Get(strict), problem => Warn(call, problem), attacks);

    private static void Warn(VerbCall call, DataProblem problem) => call.Warn($"left out {problem}");
}
