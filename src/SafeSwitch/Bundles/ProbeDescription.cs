using SafeSwitch.Policies;

namespace SafeSwitch.Bundles;

/// <summary>One probe of a bundle.</summary>
public sealed record ProbeDescription
{
    /// <summary>Name, unique in the bundle.</summary>
    public required string Name { get; init; }

    /// <summary>The ONNX graph's file.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 of the file, in lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Where it looks.</summary>
    public required MonitorStage Stage { get; init; }

    /// <summary>What it tells, such as <c>investment-advice</c>; <see langword="null"/> for harm, or at the response stage for complying.</summary>
    public string? Label { get; init; }

    /// <summary>Names of its classes in the order of its output, the first one for what is let through; none where it tells one thing only.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>The hidden states it reads.</summary>
    public required IReadOnlyList<string> HiddenStates { get; init; }

    /// <summary>How it pools positions, for people: <c>last</c>, <c>attention</c>, <c>rolling(10)</c>, an average of several.</summary>
    public required string Pooling { get; init; }

    /// <summary>The file of the hashes of the rows that it learned from, which a served bundle may lack; <see langword="null"/> if they were not kept.</summary>
    public FileDigest? TrainedRows { get; init; }

    /// <summary>The file of the hashes of the rows that its thresholds were chosen on, likewise.</summary>
    public FileDigest? CalibratedRows { get; init; }

    /// <summary>How its thresholds were chosen; one record per calibrated policy.</summary>
    public IReadOnlyList<CalibrationRecord> Calibration { get; init => field = value ?? []; } = [];
}
