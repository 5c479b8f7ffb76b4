using System.Globalization;
using SafeSwitch.Training.Pipeline;

namespace SafeSwitch.Cli.Train;

/// <summary>The command line that trains a design file's probe.</summary>
internal static class TrainCommand
{
    public static string Of(string bundle, string states, string design, int pilotTokens, string[]? everyday)
    {
        var pilot = pilotTokens == ProbeTask.UsualPilotTokens ? "" : string.Create(CultureInfo.InvariantCulture, $" --pilot-tokens {pilotTokens}");
        var sets = everyday is { Length: > 0 } ? " --everyday-sets " + string.Join(' ', everyday.Select(Quote)) : "";
        return $"safeswitch train probe {Quote(bundle)} --states {Quote(states)} --design {Quote(design)}{pilot}{sets}";
    }

    private static string Quote(string word) => word.Contains(' ', StringComparison.Ordinal) ? $"\"{word}\"" : word;
}
