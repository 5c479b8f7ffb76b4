using SafeSwitch.Toolkit.Calibration;

namespace SafeSwitch.Toolkit.Training.Probes.Sweeps;

/// <summary>What a sweep trains and measures.</summary>
public sealed record SweepOptions
{
    /// <summary>Families left out one at a time; <see langword="null"/> for every source with harmful rows.</summary>
    public IReadOnlyList<SweepFold>? Folds { get; init; }

    /// <summary>Fraction of everyday validation rows that may be flagged where figures are taken.</summary>
    public double MaxFalsePositiveRate { get; init; } = 0.01;

    /// <summary>Which harmless rows count as everyday.</summary>
    public EverydayRule Everyday { get; init; } = new();

    /// <summary>How every network is trained.</summary>
    public ProbeTrainingOptions Training { get; init; } = new();
}
