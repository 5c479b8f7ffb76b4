namespace SafeSwitch.Training.Calibration;

/// <summary>A bound to calibrate a policy for.</summary>
/// <param name="Policy">Name of the policy.</param>
/// <param name="MaxFalsePositiveRate">Fraction of harmless requests that may be flagged, in (0, 1).</param>
public sealed record CalibrationBound(string Policy, double MaxFalsePositiveRate)
{
    /// <summary>The bounds that the shipped bundle carries.</summary>
    public static IReadOnlyList<CalibrationBound> Usual { get; } =
        [new("permissive", 0.003), new("balanced", 0.01), new("strict", 0.03)];
}
