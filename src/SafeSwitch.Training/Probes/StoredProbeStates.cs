using SafeSwitch.Onnx;
using SafeSwitch.Policies;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes;

/// <summary>
/// The rows of a <see cref="StateStore"/> as one stage sees them: prompts labelled harmful, or the first answer tokens labelled
/// complied. A model that seldom refuses gives few answers that don't comply, so the refusals collected for the adapter, which
/// were forced on the model, are taken beside its own answers; their states are those of the final layer only.
/// </summary>
public sealed class StoredProbeStates : IProbeStates
{
    private const string FinalLayer = GraphNames.HiddenStates;

    private readonly StateStore store;
    private readonly MonitorStage stage;
    private readonly int pilotTokens;
    private readonly (int Row, bool Refusal)[] kept;

    /// <summary>A view on a store, which stays the caller's.</summary>
    /// <param name="store">The collected states.</param>
    /// <param name="stage">Prompt: every row. Response: rows whose answer was decoded and judged, and forced refusals.</param>
    /// <param name="pilotTokens">Answer tokens that the response stage sees, at most.</param>
    public StoredProbeStates(StateStore store, MonitorStage stage, int pilotTokens = 3)
    {
        this.store = store;
        this.stage = stage;
        this.pilotTokens = pilotTokens;
        var all = Enumerable.Range(0, store.Rows.Count);
        kept = stage == MonitorStage.Prompt
            ? [.. all.Select(i => (i, false))]
            : [
                .. all.Where(i => store.Rows[i].ComplianceLabel is not null && store.Rows[i].PilotTokens > 0).Select(i => (i, false)),
                // The state that predicts a token is that of the token before: a pilot of n needs n + 1 of them.
                .. all.Where(i => store.Rows[i].RefusalTokens > pilotTokens).Select(i => (i, true)),
            ];
        Rows = [.. kept.Select(k => Describe(store.Rows[k.Row], k.Refusal))];
    }

    /// <inheritdoc/>
    public int Width => store.Width;

    /// <inheritdoc/>
    public IReadOnlyList<string> Layers => stage == MonitorStage.Prompt ? store.Layers : [FinalLayer];

    /// <inheritdoc/>
    public IReadOnlyList<ProbePooling> Poolings => stage == MonitorStage.Prompt ? KeptStates.Poolings(store.Keep) : Enum.GetValues<ProbePooling>();

    /// <inheritdoc/>
    public IReadOnlyList<ProbeRow> Rows { get; }

    /// <inheritdoc/>
    public ReadOnlySpan<Half> Positions(int row, string layer)
    {
        var (stored, refusal) = kept[row];
        if (stage == MonitorStage.Prompt)
            return store.Content(stored, layer);
        var pilot = refusal ? store.RefusalStates(stored)[store.Width..] : store.Pilot(stored, layer);
        return pilot[..Math.Min(pilot.Length, pilotTokens * store.Width)];
    }

    /// <inheritdoc/>
    public ReadOnlySpan<Half> Last(int row, string layer) =>
        stage == MonitorStage.Prompt ? store.Last(kept[row].Row, layer) : Positions(row, layer)[^store.Width..];

    /// <summary>The row as it was collected.</summary>
    internal DataRow DataOf(int row) => store.Rows[kept[row].Row].Data;

    private ProbeRow Describe(CollectedRow row, bool refusal) => new()
    {
        Id = row.Data.Id,
        Positive = stage == MonitorStage.Prompt ? row.Data.Harmful : !refusal && row.ComplianceLabel == true,
        Source = row.Data.Source,
        Set = refusal ? "refusals" : row.Data.Set,
        Split = row.Data.Split,
        Wrapper = row.Data.Wrapper,
        Language = row.Data.Language,
        Category = row.Data.Category,
        Plain = row.Data is { Wrapper: null, Variant: null, Place: null, Messages.Count: 1 },
        Group = row.Data.Pair is { } pair ? $"{row.Data.Set} pair {pair}" : row.Data.Variant ?? row.Data.Messages[^1].Content,
    };
}
