namespace SafeSwitch.Toolkit.Evaluation.Suites;

/// <summary>A prompt probe to compare with.</summary>
public sealed record SuiteReference
{
    /// <summary>The probe graph: beside the suite, in the bundle, or in the data folder.</summary>
    public required string File { get; init; }

    /// <summary>The threshold, in [0, 1].</summary>
    /// <value>0.5, as in the paper.</value>
    public double Threshold { get; init; } = 0.5;
}
