using System.ComponentModel.DataAnnotations;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>Which designs a sweep compares: every pooling on every layer, designs given as they are, and ensembles of the best.</summary>
public sealed record SweepPlan
{
    /// <summary>The hidden states to try; <see langword="null"/> for all that were collected.</summary>
    public IReadOnlyList<string>? Layers { get; init; }

    /// <summary>The poolings to try on each; <see langword="null"/> for last, mean, attention, multimax and rolling; where
    /// the states of single positions were not kept, for those that what was kept serves.</summary>
    public IReadOnlyList<ProbePooling>? Poolings { get; init; }

    /// <summary>Widths of their ReLU layers; <see langword="null"/> for the default.</summary>
    [Range(1, 1 << 16)]
    public IReadOnlyList<int>? Hidden { get; init; }

    /// <summary>Networks of each design, averaged.</summary>
    /// <value>1.</value>
    [Range(1, 64)]
    public int Copies { get; init; } = 1;

    /// <summary>Designs compared as they are, beside those.</summary>
    public IReadOnlyList<ProbeDesign> Designs { get; init; } = [];

    /// <summary>Networks that an ensemble found by the sweep may have; 1 for no ensembles.</summary>
    /// <value>4.</value>
    [Range(1, 64)]
    public int EnsembleNetworks { get; init; } = 4;

    /// <summary>How sources are left out, harmful and harmless ones. Copies are the designs' own affair there.</summary>
    /// <value><see langword="null"/>: in eight parts where there are at least two sources of either label with enough rows; else harmful ones
    /// alone, one at a time.</value>
    public CrossFitOptions? CrossFit { get; init; }

    /// <summary>How every network is trained.</summary>
    public ProbeTrainingOptions Training { get; init; } = new();

    /// <summary>What is tried by default: token scores pooled in every way, and the last position. The average state stands in
    /// for token scores where single positions were not kept.</summary>
    internal static IReadOnlyList<ProbePooling> DefaultPoolings(IReadOnlyList<ProbePooling> served) =>
        served.Contains(ProbePooling.Mean)
            ? [ProbePooling.Last, ProbePooling.Mean, ProbePooling.Attention, ProbePooling.MultiMax, ProbePooling.Rolling]
            : served;

    /// <summary>One network of each pooling on each layer.</summary>
    internal IEnumerable<ProbeMemberDesign> Networks(IReadOnlyList<string> collected)
    {
        var poolings = Poolings ?? DefaultPoolings(Enum.GetValues<ProbePooling>());
        return (Layers ?? collected).SelectMany(l => poolings.Select(p => new ProbeMemberDesign { Pooling = p, Layers = [l], Hidden = Hidden, Copies = Copies }));
    }
}
