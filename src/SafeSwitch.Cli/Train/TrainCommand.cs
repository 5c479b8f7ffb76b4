using System.Globalization;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Cli.Train;

/// <summary>The command line that trains a design file's probe.</summary>
internal static class TrainCommand
{
    public static string Of(string bundle, string states, string design, int pilotTokens, BenignRule benign, bool replaces)
    {
        var pilot = pilotTokens == BundleProbeTrainer.DefaultPilotTokens ? "" : string.Create(CultureInfo.InvariantCulture, $" --pilot-tokens {pilotTokens}");
        return $"safeswitch train probe {Quote(bundle)} --states {Quote(states)} --design {Quote(design)}{pilot}{BenignOptionSet.Text(benign)}{(replaces ? " --force" : "")}";
    }

    public static string Quote(string word) => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word;
}
