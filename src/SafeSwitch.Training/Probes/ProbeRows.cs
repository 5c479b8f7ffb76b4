using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Probes;

/// <summary>Which rows a probe is made of.</summary>
internal static class ProbeRows
{
    /// <summary>The file of the rows that a probe learned from, relative to the bundle.</summary>
    public static string TrainedFileOf(string probe, string place = ProbeRecord.Folder) => $"{place}/{probe}.trained.json";

    /// <summary>The file of the rows that its thresholds were chosen on, relative to the bundle.</summary>
    public static string CalibratedFileOf(string probe) => $"{ProbeRecord.Folder}/{probe}.calibrated.json";

    /// <summary>The rows that training takes. What it can't read, and classes, are learned from all but the test rows; sources that are left out in turn give thresholds their scores.</summary>
    /// <param name="stored">The rows as they were collected.</param>
    /// <param name="rows">The same rows, with the splits that training goes by.</param>
    /// <param name="probe">What is trained.</param>
    public static UsedRows Trained(StoredProbeStates stored, IReadOnlyList<ProbeRow> rows, ProbeRecipe probe) => UsedRows.Of(rows.Index().SelectMany(r =>
    {
        var (isTrain, isHeldOut) = (r.Item.Split == DataSplits.Train, r.Item.Split == DataSplits.Validation);
        var row = stored.DataOf(r.Index);
        List<(DataRow, RowUse)> uses = [];
        if (isTrain || (isHeldOut && (probe.Coverage is not null || probe.Classes is not null)))
            uses.Add((row, RowUse.Trained));
        if ((isTrain || isHeldOut) && probe.CrossFit is not null)
            uses.Add((row, RowUse.Calibrated));
        return uses;
    }));

    /// <summary>The held-out rows that thresholds are chosen on, where training took no scores for that.</summary>
    public static UsedRows Calibrated(StoredProbeStates stored, int seed) => UsedRows.Of(HeldOutStates.Of(stored, seed).Rows.Index()
        .Where(r => r.Item.Split == DataSplits.Validation)
        .Select(r => (stored.DataOf(r.Index), RowUse.Calibrated)));
}
