namespace SafeSwitch.Bundles;

/// <summary>Where a bundle came from.</summary>
public sealed record Provenance
{
    /// <summary>The tool and its version.</summary>
    public required string Tool { get; init; }

    /// <summary>The seed that every random choice came from.</summary>
    public required int Seed { get; init; }

    /// <summary>The data sets that were read.</summary>
    public IReadOnlyList<DataSetRecord> DataSets { get; init => field = value ?? []; } = [];

    /// <summary>Figures at calibration time, by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init => field = value ?? new Dictionary<string, double>(); } = new Dictionary<string, double>();
}
