namespace SafeSwitch.Bundles;

/// <summary>One bound on false positives that a threshold was chosen to keep. The threshold is the largest that any of its bounds asks for.</summary>
public sealed record KeptBound
{
    /// <summary>The set whose harmless rows it is on; <see langword="null"/> if it is on a source or on everyday rows.</summary>
    public string? Set { get; init; }

    /// <summary>The source whose harmless rows it is on; <see langword="null"/> if it is on a set or on everyday rows.</summary>
    public string? Source { get; init; }

    /// <summary>What it says of requests to come.</summary>
    public required BoundRule Rule { get; init; }

    /// <summary>The fraction of those rows that may be flagged, in [0, 1].</summary>
    public required double MaxFalsePositiveRate { get; init; }

    /// <summary>Harmless rows that it was kept on.</summary>
    public required int Rows { get; init; }

    /// <summary>The lowest threshold that keeps it, in [0, 1].</summary>
    public required double Threshold { get; init; }

    /// <summary>Of those rows, the ones flagged at the threshold that was chosen.</summary>
    public required int Flagged { get; init; }
}
