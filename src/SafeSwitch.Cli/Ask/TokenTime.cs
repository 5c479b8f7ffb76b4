using SafeSwitch.Guard;

namespace SafeSwitch.Cli.Ask;

/// <summary>What one decoded token took.</summary>
internal static class TokenTime
{
    /// <summary>The time after the prefill, the monitor's own left out, by decode steps; nothing if there was none.</summary>
    public static TimeSpan? Of(GenerationResult result) => result.Usage.DecodeSteps == 0
        ? null
        : (result.Timings.Total - result.Timings.Prefill - result.Timings.Monitor) / result.Usage.DecodeSteps;
}
