using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;

namespace SafeSwitch.Training.Pipeline;

/// <summary>What a training or a sweep gave.</summary>
/// <param name="Probe">The probe: what was trained, or would be.</param>
/// <param name="MaxFalsePositiveRate">The bound at which recall was taken.</param>
internal sealed record ProbeOutcome(RecipeProbe Probe, double MaxFalsePositiveRate)
{
    /// <summary>The record that was written; nothing if nothing was trained.</summary>
    public ProbeRecord? Record { get; init; }

    /// <summary>Figures on the validation rows, if it was trained.</summary>
    public ProbeFigures? Figures { get; init; }

    /// <summary>The validation rows and their scores, if it was trained.</summary>
    public ScoredRows? HeldOut { get; init; }

    /// <summary>Figures of the design on sources left out, if they were asked for.</summary>
    public SweepRow? LeftOut { get; init; }

    /// <summary>The sweep, if there was one.</summary>
    public SweepResult? Sweep { get; init; }
}
