using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>What a sweep found. The choice is by left-out sources, never by test rows.</summary>
/// <param name="Rows">Every design: the single networks, then designs given as they are, then ensembles as they grew.</param>
/// <param name="Chosen">The best.</param>
/// <param name="Folds">What was left out, one at a time.</param>
public sealed record SweepResult(IReadOnlyList<SweepRow> Rows, SweepRow Chosen, IReadOnlyList<SweepFold> Folds)
{
    /// <summary>How the best was chosen, in words.</summary>
    public string Rule { get; init; } = SweepSearch.Rule;

    /// <summary>Whether harmless sources were left out as well as harmful ones.</summary>
    public bool LeavesBothOut => Chosen.Unseen is not null;

    /// <summary>Whether some source was left out; with one harmful source only, figures are of sources that training saw.</summary>
    public bool LeavesOut => Folds.Any(f => f.Sources.Count > 0);
}

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

    /// <summary>Figures of every source, harmful and harmless, while it was left out, at the threshold that left-out everyday sources set;
    /// <see langword="null"/> where harmful sources alone were left out.</summary>
    public LeftOutFigures? Unseen { get; init; }

    /// <summary>Its figures by fold, set and label, in the same order for every design.</summary>
    public required IReadOnlyList<SweepFigure> Figures { get; init; }

    /// <summary>AUROC over the validation rows, nothing left out; <see langword="null"/> if every fold leaves something out.</summary>
    public double? AreaUnderCurve { get; init; }

    internal int Networks => Design.Members.Sum(m => m.Copies);
}

/// <summary>One cell of a sweep's table.</summary>
/// <param name="Fold">What was left out.</param>
/// <param name="Rows">Which rows were looked at: a left-out family, or a set.</param>
/// <param name="Harmful">Whether they are harmful (flagged is recall) or harmless (flagged is over-refusal).</param>
/// <param name="Flagged">How many were flagged.</param>
public sealed record SweepFigure(string Fold, string Rows, bool Harmful, Proportion Flagged);
