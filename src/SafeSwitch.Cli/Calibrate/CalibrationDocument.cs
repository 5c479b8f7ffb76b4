using System.Text.Json.Serialization;
using SafeSwitch.Bundles;
using SafeSwitch.Training.Pipeline;

namespace SafeSwitch.Cli.Calibrate;

/// <summary>What <c>calibrate --json</c> writes.</summary>
/// <param name="Folder">The bundle.</param>
/// <param name="DefaultPolicy">The policy of requests that name none.</param>
/// <param name="Probes">The probes with their thresholds and the bounds that those keep, as the bundle has them.</param>
/// <param name="Metrics">Figures on the held-out rows.</param>
internal sealed record CalibrationDocument(
    string Folder, string DefaultPolicy, IReadOnlyList<ProbeDescription> Probes, IReadOnlyDictionary<string, double> Metrics)
{
    public static CalibrationDocument Of(CalibrationOutcome outcome) => new(
        outcome.Bundle.Folder, outcome.Bundle.Manifest.DefaultPolicy, outcome.Bundle.Manifest.Probes, outcome.Bundle.Manifest.Provenance!.Metrics);
}

[JsonSerializable(typeof(CalibrationDocument))]
internal sealed partial class CalibrationJson : JsonSerializerContext;
