using System.ComponentModel.DataAnnotations;

namespace SafeSwitch.Instrumentation.Import;

/// <summary>How to import.</summary>
public sealed record ImportOptions
{
    /// <summary>
    /// The decoder that the file was trained on: its folder or graph. A refusal head needs it; a prober's width and layer are
    /// checked against it.
    /// </summary>
    /// <value>None by default.</value>
    public string? Model { get; init; }

    /// <summary>The part of a head's change that its adapter keeps, as squared singular values, in (0, 1].</summary>
    /// <value>0.99 by default.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double RetainedEnergy { get; init; } = 0.99;

    /// <summary>The largest rank of an adapter, whatever it keeps.</summary>
    /// <value>64 by default.</value>
    [Range(1, 4096)]
    public int MaximalRank { get; init; } = 64;
}
