using SafeSwitch.Monitoring;
using SafeSwitch.Toolkit.Collection;

namespace SafeSwitch.Toolkit.Training.Probes;

/// <summary>The rows of a <see cref="StateStore"/> as one stage sees them: prompts labelled harmful, or pilots labelled complied.</summary>
public sealed class StoredProbeStates : IProbeStates
{
    private readonly StateStore store;
    private readonly MonitorStage stage;
    private readonly int pilotTokens;
    private readonly int[] kept;

    /// <summary>A view on a store, which stays the caller's.</summary>
    /// <param name="store">The collected states.</param>
    /// <param name="stage">Prompt: every row. Response: rows whose answer was decoded and judged.</param>
    /// <param name="pilotTokens">Answer tokens that the response stage sees, at most.</param>
    public StoredProbeStates(StateStore store, MonitorStage stage, int pilotTokens = 3)
    {
        this.store = store;
        this.stage = stage;
        this.pilotTokens = pilotTokens;
        kept = [.. Enumerable.Range(0, store.Rows.Count).Where(i =>
            stage == MonitorStage.Prompt || (store.Rows[i].Complied is not null && store.Rows[i].PilotTokens > 0))];
        Rows = [.. kept.Select(i => Describe(store.Rows[i]))];
    }

    /// <inheritdoc/>
    public int Width => store.Width;

    /// <inheritdoc/>
    public IReadOnlyList<string> Layers => store.Layers;

    /// <inheritdoc/>
    public IReadOnlyList<ProbeRow> Rows { get; }

    /// <inheritdoc/>
    public ReadOnlySpan<Half> Positions(int row, string layer) =>
        stage == MonitorStage.Prompt ? store.Content(kept[row], layer) : Pilot(row, layer);

    /// <inheritdoc/>
    public ReadOnlySpan<Half> Last(int row, string layer) =>
        stage == MonitorStage.Prompt ? store.Last(kept[row], layer) : Pilot(row, layer)[^store.Width..];

    private ReadOnlySpan<Half> Pilot(int row, string layer)
    {
        var pilot = store.Pilot(kept[row], layer);
        return pilot[..Math.Min(pilot.Length, pilotTokens * store.Width)];
    }

    private ProbeRow Describe(CollectedRow row) => new()
    {
        Id = row.Data.Id,
        Positive = stage == MonitorStage.Prompt ? row.Data.Harmful : row.Complied == true,
        Source = row.Data.Source,
        Set = row.Data.Set,
        Split = row.Data.Split,
        Wrapper = row.Data.Wrapper,
        Group = row.Data.Pair is { } pair ? $"{row.Data.Set} pair {pair}" : row.Data.Messages[^1].Content,
    };
}
