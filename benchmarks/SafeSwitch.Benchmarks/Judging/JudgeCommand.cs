using System.CommandLine;
using SafeSwitch.Benchmarks.Providers;

namespace SafeSwitch.Benchmarks.Judging;

/// <summary>The command line of <c>judge</c>.</summary>
internal static class JudgeCommand
{
    public static Task<int> RunAsync(string[] args)
    {
        var prompts = new Option<string[]>("--prompts") { Description = "Files of JSON lines with \"prompt\" and \"harmful\"; by default a few dozen built-in ones.", AllowMultipleArgumentsPerToken = true };
        var split = new Option<string?>("--split") { Description = "Only lines whose \"split\" is this." };
        var policy = new Option<string?>("--policy") { Description = "The policy whose threshold decides alone; by default the bundle's." };
        var from = new Option<double>("--from") { Description = "Where the grey band begins.", DefaultValueFactory = _ => 0.1 };
        var to = new Option<double>("--to") { Description = "Where it ends.", DefaultValueFactory = _ => 0.9 };
        var threads = new Option<int>("--threads") { Description = "Threads of the model.", DefaultValueFactory = _ => Math.Min(2, Environment.ProcessorCount) };
        var command = new RootCommand("What a judge for the grey band costs, and what it would have to be worth.") { prompts, split, policy, from, to, threads };
        command.SetAction((result, _) => JudgeComparison.RunAsync(
            Read(result.GetValue(prompts) ?? [], result.GetValue(split)), result.GetValue(policy), (result.GetValue(from), result.GetValue(to)), result.GetValue(threads)));
        return command.Parse(args).InvokeAsync();
    }

    private static IReadOnlyList<CheckPrompt> Read(string[] files, string? split) =>
        files.Length == 0 ? CheckPrompt.BuiltIn : [.. files.SelectMany(CheckPrompt.Read).Where(p => split is null || p.Split == split)];
}
