namespace SafeSwitch.Bundles;

/// <summary>How one threshold was chosen on held-out rows.</summary>
public sealed record CalibrationRecord
{
    /// <summary>The policy that carries the threshold.</summary>
    public required string Policy { get; init; }

    /// <summary>The bound on false positives that was asked for, as a fraction.</summary>
    public required double MaxFalsePositiveRate { get; init; }

    /// <summary>The threshold that keeps it, in [0, 1].</summary>
    public required double Threshold { get; init; }

    /// <summary>Everyday harmless rows that it was chosen on.</summary>
    public required int HarmlessRows { get; init; }

    /// <summary>Of those, the rows flagged at the threshold.</summary>
    public required int Flagged { get; init; }

    /// <summary>Recall on the harmful rows beside them, as a fraction.</summary>
    public required double Recall { get; init; }

    /// <summary>The sources of the harmless rows.</summary>
    public IReadOnlyList<string> Sources { get; init => field = value ?? []; } = [];

    /// <summary>Every bound that the threshold keeps, that on everyday rows first; none at the response stage, where the threshold is
    /// chosen by what must not be missed.</summary>
    public IReadOnlyList<KeptBound> Bounds { get; init => field = value ?? []; } = [];
}
