using System.CommandLine;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Cli.Train;

/// <summary>Which harmless rows count as everyday requests.</summary>
internal sealed class BenignOptionSet
{
    private readonly Option<string[]> sets = new("--everyday-sets") { Description = "Data files, without extension, whose harmless rows count as everyday requests; by default all", HelpName = "SET", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> except = new("--except-sources") { Description = "Sources whose harmless rows do not: those written to look harmful", HelpName = "SOURCE", AllowMultipleArgumentsPerToken = true };

    public void AddTo(Command command)
    {
        command.Add(sets);
        command.Add(except);
    }

    public BenignRule Read(VerbCall call) => new()
    {
        Sets = call.Has(sets) ? call.Get(sets) : null,
        ExceptSources = call.Get(except) ?? [],
    };

    /// <summary>The options as they are typed, with a space before; empty if none were.</summary>
    public static string Text(BenignRule rule) => Words("--everyday-sets", rule.Sets ?? []) + Words("--except-sources", rule.ExceptSources);

    private static string Words(string option, IReadOnlyList<string> words) =>
        words.Count == 0 ? "" : $" {option} {string.Join(' ', words.Select(TrainCommand.Quote))}";
}
