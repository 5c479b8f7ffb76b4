using SafeSwitch.Bundles;
using SafeSwitch.Policies;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Shared;

/// <summary>What to type for a step that the libraries only name.</summary>
internal static class NextStep
{
    /// <summary>For a bundle of an older version.</summary>
    public static string? Hint(BundleException refusal) =>
        refusal.Problems is [{ Field: "$.schema", Found: "1" }] ? $"next: safeswitch seal {refusal.Folder}" : null;

    /// <returns>A line for people; <see langword="null"/> if no command takes the step.</returns>
    public static string? Hint(BuildStep step) => step switch
    {
        BuildStep.Instrument => "next: safeswitch instrument MODEL -o BUNDLE, with every layer that is read",
        BuildStep.Collect => "next: safeswitch collect BUNDLE --data FILE.jsonl -o STATES, with --refusals FILE.json for an adapter",
        BuildStep.Judge => "next: safeswitch judge STATES",
        BuildStep.Adapter => "next: safeswitch train adapter BUNDLE --states STATES",
        BuildStep.Probes => "next: safeswitch train probe BUNDLE --states STATES",
        BuildStep.Bundle => "next: safeswitch calibrate BUNDLE --states STATES",
        _ => null,
    };

    /// <returns>A line for people: which option names one of several probes.</returns>
    public static string Hint(ProbeChoiceException e) =>
        $"next: the same command with {(e.Stage == MonitorStage.Prompt ? "--prompt-probe" : "--response-probe")} {e.Probes[0]}";
}
