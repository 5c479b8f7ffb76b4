namespace SafeSwitch.Toolkit.Training.Probes.Sweeps;

/// <summary>How one design did.</summary>
/// <param name="Design">The design.</param>
/// <param name="Figures">Its figures, in the same order for every design.</param>
/// <param name="AreaUnderCurve">AUROC over the validation rows, nothing left out.</param>
public sealed record SweepRow(ProbeDesign Design, IReadOnlyList<SweepFigure> Figures, double AreaUnderCurve)
{
    /// <summary>What a choice goes by: mean recall over left-out families and kinds of prompts.</summary>
    public double MeanRecall => Figures.Where(f => f.Harmful && f.Flagged.Total > 0).Average(f => f.Flagged.Value);
}
