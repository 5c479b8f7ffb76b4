using System.CommandLine;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Evaluation;
using SafeSwitch.Evaluation.Suites;

namespace SafeSwitch.Cli.Evaluate;

/// <summary>The options of an evaluation that a suite describes.</summary>
internal sealed class SuiteOptionSet
{
    private readonly Option<string?> suite = new("--suite") { Description = "A file that says what to compare on which rows, instead of single options", HelpName = "SUITE.json" };
    private readonly Option<string?> output = new("--output", "-o") { Description = "The folder for a suite's rows and report: report.html, report.md, report.json, report.jsonl, and with goals junit.xml", HelpName = "REPORT_DIR" };
    private readonly Option<string?> dataFolder = new("--data-folder") { Description = "Folder with the suite's data files that are not beside it", HelpName = "DIR" };
    private readonly Option<string> shard = new("--shard") { Description = "Evaluate one part of the suite's rows only, such as 2/4, for several processes; without it the report is made", HelpName = "I/N", DefaultValueFactory = _ => "1/1" };
    private readonly Option<bool> withoutText = new("--without-text") { Description = "Keep requests and answers out of the page, and requests out of the rows; by default the page shows some, folded away" };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { suite, output, dataFolder, shard, withoutText })
            command.Add(option);
    }

    /// <summary>Reads what the call says of a suite, or nothing if it names none.</summary>
    /// <param name="call">The call.</param>
    /// <param name="replaced">Options that say what a suite says.</param>
    /// <param name="beside">Options that say which of the suite's rows are taken.</param>
    public SuiteCall? Read(VerbCall call, IEnumerable<Option> replaced, IEnumerable<Option> beside)
    {
        if (call.Get(suite) is not { } path)
        {
            if (new Option[] { output, dataFolder, shard, withoutText }.FirstOrDefault(call.Has) is { } lonely)
                throw new UsageException($"{lonely.Name}: found without --suite, which it belongs to.");
            return null;
        }

        if (replaced.FirstOrDefault(call.Has) is { } both)
            throw new UsageException($"{both.Name}: found beside --suite, expected one of them: the suite says it.");
        if (call.Get(output) is not { } folder)
            throw new UsageException("--output: found nothing, expected a folder for the suite's report.");
        var part = ShardName.Parse(call.Get(shard)!);
        return new SuiteCall(SuiteFiles.Open(path, call.Get(dataFolder)), folder, part, !call.Get(withoutText))
        {
            HasDataFolder = call.Has(dataFolder),
            Arguments = [.. beside.Where(call.Has).SelectMany(o => call.Arguments.GetResult(o)!.Tokens.Select(t => t.Value).Prepend(o.Name))],
        };
    }
}

/// <summary>An evaluation that a suite describes.</summary>
/// <param name="Files">The suite and its files.</param>
/// <param name="Folder">Where rows and report go.</param>
/// <param name="Shard">The part of the rows that this process makes.</param>
/// <param name="WithText">Whether the report shows requests and answers.</param>
internal sealed record SuiteCall(SuiteFiles Files, string Folder, (int Part, int Of) Shard, bool WithText)
{
    /// <summary>Whether the suite's data lies in a folder of its own.</summary>
    public bool HasDataFolder { get; init; }

    /// <summary>What the call says of which rows are taken.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Whether rows are all that is made.</summary>
    public bool IsPart => Shard.Of > 1;

    public EvaluationFiles Rows => EvaluationFiles.InFolder(Folder, Shard);
}
