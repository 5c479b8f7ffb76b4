namespace SafeSwitch.Toolkit.Training.Probes.Sweeps;

/// <summary>Sources that a training does not see, so that its figures on them show what an unknown source would.</summary>
/// <param name="Name">Name of the family.</param>
/// <param name="Sources">Their rows, of both labels and in every set, are left out of training and early stopping.</param>
public sealed record SweepFold(string Name, IReadOnlyList<string> Sources)
{
    /// <summary>Nothing left out: figures on kinds of prompts (wrapped, long) rather than sources.</summary>
    public static SweepFold Nothing { get; } = new("nothing", []);

    internal bool LeavesOut(ProbeRow row) => Sources.Contains(row.Source);
}
