using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes;

/// <summary>
/// The rows of other states, where those name no validation rows: a fifth of the training rows is called validation, whole
/// wrappers and prompts at a time, so that training, figures and thresholds mean the same rows by it.
/// </summary>
internal sealed class HeldOutStates : IProbeStates
{
    private readonly IProbeStates states;

    private HeldOutStates(IProbeStates states, HashSet<int> validation)
    {
        this.states = states;
        Rows = [.. states.Rows.Select((r, i) => validation.Contains(i) ? r with { Split = DataSplits.Validation } : r)];
    }

    public int Width => states.Width;

    public IReadOnlyList<string> Layers => states.Layers;

    public IReadOnlyList<ProbePooling> Poolings => states.Poolings;

    public IReadOnlyList<ProbeRow> Rows { get; }

    /// <summary>The states themselves if they name validation rows.</summary>
    public static IProbeStates Of(IProbeStates states, int seed)
    {
        if (states.Rows.Any(r => r.Split == DataSplits.Validation))
            return states;
        var train = Enumerable.Range(0, states.Rows.Count).Where(i => states.Rows[i].Split == DataSplits.Train);
        return new HeldOutStates(states, [.. ValidationSplit.Of(states.Rows, train, ValidationSplit.ValidationShare, seed).Aside]);
    }

    public ReadOnlySpan<Half> Positions(int row, string layer) => states.Positions(row, layer);

    public ReadOnlySpan<Half> Last(int row, string layer) => states.Last(row, layer);
}
