namespace SafeSwitch.Evaluation.Suites;

/// <summary>Probes to compare with, see <see cref="ReferenceForm"/>.</summary>
public sealed record SuiteReference
{
    /// <summary>The graph of the probe on the prompt: beside the suite, in the bundle, or in the data folder.</summary>
    public required string File { get; init; }

    /// <summary>The graph of the probe on the answer's first tokens, likewise; <see langword="null"/> for a form without one.</summary>
    public string? ResponseFile { get; init; }

    /// <summary>The threshold of each, in [0, 1].</summary>
    /// <value>0.5, as in the paper.</value>
    public double Threshold { get; init; } = ReferenceForm.UsualThreshold;

    /// <summary>Tokens of the answer that the second one looks at, at least 1.</summary>
    /// <value>3, as in the paper.</value>
    public int PilotTokens { get; init; } = ReferenceForm.UsualPilotTokens;
}
