using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>How one design did.</summary>
public sealed record SweepRow
{
    /// <summary>The design.</summary>
    public required ProbeDesign Design { get; init; }

    /// <summary>What a choice goes by: recall on every source while it was left out of training, averaged over the sources. With
    /// nothing left out, recall on the validation rows.</summary>
    public required Estimate MeanRecall { get; init; }

    /// <summary>AUROC of the left-out harmful rows against the everyday ones, averaged in the same way.</summary>
    public required Estimate MeanAreaUnderCurve { get; init; }

    /// <summary>Recall on each source while it was left out.</summary>
    public required IReadOnlyList<SweepFigure> LeftOut { get; init; }

    /// <summary>Its figures by fold, set and label, in the same order for every design.</summary>
    public required IReadOnlyList<SweepFigure> Figures { get; init; }

    /// <summary>AUROC over the validation rows, nothing left out; <see langword="null"/> if every fold leaves something out.</summary>
    public double? AreaUnderCurve { get; init; }

    internal int Networks => Design.Members.Sum(m => m.Copies);
}
