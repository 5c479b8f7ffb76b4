using SafeSwitch.Bundles;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Probes;

/// <summary>
/// What is known of a trained probe: <c>probes/NAME.json</c> of a bundle, beside <c>NAME.onnx</c>. Training writes it,
/// calibration reads it.
/// </summary>
public sealed record ProbeRecord
{
    /// <summary>Where a bundle keeps its probes.</summary>
    public const string Folder = "probes";

    /// <summary>The probe as a manifest names it; not calibrated, its file relative to the bundle.</summary>
    public required ProbeDescription Description { get; init; }

    /// <summary>What was trained.</summary>
    public required ProbeDesign Design { get; init; }

    /// <summary>How.</summary>
    public required ProbeTrainingOptions Training { get; init; }

    /// <summary>Fingerprint of the collected states that it was trained on.</summary>
    public required string States { get; init; }

    /// <summary>Answer tokens that a response probe saw, at most.</summary>
    public int PilotTokens { get; init; } = 3;

    /// <summary>SHA-256 of the scores of sources that were left out, <see cref="SourceScores.FileOf"/>; <see langword="null"/> if none were.</summary>
    public string? ScoresSha256 { get; init; }

    /// <summary>How sources were left out; <see langword="null"/> if none were.</summary>
    public CrossFitOptions? CrossFit { get; init; }

    /// <summary>How it learned to tell what it can't read; <see langword="null"/> if it did not.</summary>
    public CoverageOptions? Coverage { get; init; }

    /// <summary>How it learned to tell kinds of what it finds; <see langword="null"/> if it did not.</summary>
    public ClassOptions? Classes { get; init; }

    /// <summary>Figures on the validation rows, such as <c>auroc</c>.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>The record's file, relative to the bundle.</summary>
    public static string FileOf(string probe, string place = Folder) => $"{place}/{probe}.json";

    /// <summary>The graph's file, relative to the bundle.</summary>
    public static string GraphOf(string probe, string place = Folder) => $"{place}/{probe}.onnx";

    /// <summary>Reads a record.</summary>
    /// <exception cref="DataException">It is missing or malformed.</exception>
    public static ProbeRecord Read(string path) => RecordFile.Read<ProbeRecord>(path, "a probe", BuildStep.Probes);
}
