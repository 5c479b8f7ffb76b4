using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>What a sweep trains and measures.</summary>
internal sealed record SweepOptions
{
    /// <summary>How sources of both labels are left out, so that every one is measured by networks that never saw it, at a threshold that everyday
    /// sources set which they never saw either; <see langword="null"/> to leave out harmful ones alone.</summary>
    public CrossFitOptions? CrossFit { get; init; }

    /// <summary>Families left out one at a time, without <see cref="CrossFit"/>; <see langword="null"/> for every source with enough harmful rows.</summary>
    public IReadOnlyList<SweepFold>? Folds { get; init; }

    /// <summary>Harmful rows that a source must have to be left out on its own; figures on fewer say little.</summary>
    /// <value>100.</value>
    [Range(1, int.MaxValue)]
    public int RowsPerFold { get; init; } = 100;

    /// <summary>Fraction of everyday rows that may be flagged where figures are taken: of validation rows, or with <see cref="CrossFit"/> of each
    /// source's rows in the mean over the sources.</summary>
    /// <value>1%.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double MaxFalsePositiveRate { get; init; } = 0.01;

    /// <summary>What of a single everyday source may be flagged, as a multiple of that; with <see cref="CrossFit"/>.</summary>
    /// <value>3.</value>
    [Range(1.0, 1e6)]
    public double SourceFactor { get; init; } = 3;

    /// <summary>Which harmless rows count as everyday.</summary>
    [JsonPropertyName("everyday")]
    public BenignRule Benign { get; init; } = new();

    /// <summary>How every network is trained.</summary>
    public ProbeTrainingOptions Training { get; init; } = new();

    /// <summary>Where scores of trained networks are kept, so that an interrupted sweep resumes; <see langword="null"/> for nowhere.</summary>
    public string? WorkFolder { get; init; }

    /// <summary>Fingerprint of the states; scores that were kept of others are not taken for theirs.</summary>
    public string StatesFingerprint { get; init; } = "";
}
