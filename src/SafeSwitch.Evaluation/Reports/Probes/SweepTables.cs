using System.Globalization;
using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;

namespace SafeSwitch.Evaluation.Reports.Probes;

/// <summary>A sweep as tables: designs down, sources and kinds of prompts across, in percent.</summary>
public static class SweepTables
{
    /// <summary>A whole sweep, with what was chosen and why.</summary>
    /// <param name="sweep">The sweep.</param>
    /// <param name="maxFalsePositiveRate">The bound that its figures were taken at, in (0, 1).</param>
    /// <exception cref="ArgumentNullException"><paramref name="sweep"/> is <see langword="null"/>.</exception>
    public static IReadOnlyList<ReportTable> Of(SweepResult sweep, double maxFalsePositiveRate)
    {
        ArgumentNullException.ThrowIfNull(sweep);
        var tables = Of(sweep.Rows, maxFalsePositiveRate);
        return [tables[0] with { Note = $"Chosen: {sweep.Chosen.Design.Describe()}, by this rule: {sweep.Rule}. {tables[0].Note}" }, .. tables.Skip(1)];
    }

    /// <summary>Recall on sources left out, then what is flagged of known sources by kind.</summary>
    /// <param name="rows">The sweep's rows.</param>
    /// <param name="maxFalsePositiveRate">The bound that its figures were taken at.</param>
    /// <param name="atLeast">Columns with fewer rows than this say too little and are left out.</param>
    /// <exception cref="ArgumentNullException"><paramref name="rows"/> is <see langword="null"/>.</exception>
    public static IReadOnlyList<ReportTable> Of(IReadOnlyList<SweepRow> rows, double maxFalsePositiveRate, int atLeast = 10)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count == 0)
            return [];
        List<ReportTable> tables = rows[0].Unseen is null
            ? [LeftOut(rows, maxFalsePositiveRate)]
            : [Found(rows, maxFalsePositiveRate), Flagged(rows)];
        if (Kinds(rows, atLeast) is { } kinds)
            tables.Add(kinds);
        return tables;
    }

    private static ReportTable Found(IReadOnlyList<SweepRow> rows, double bound)
    {
        int[] sources = Counting(rows[0], f => f.Positive);
        return new ReportTable(
            string.Create(CultureInfo.InvariantCulture, $"Recall where everyday sources are flagged at {100 * bound:0.##}% in the mean and {100 * rows[0].Unseen!.WorstBound:0.##}% in the worst, every source left out of training, in %"),
            ["probe", "mean recall", "AUROC", .. sources.Select(i => SourceTitle(rows[0], i))],
            [.. rows.Select(r => (IReadOnlyList<string>)[r.Design.Describe(), Percent(r.MeanRecall), Area(r.MeanAreaUnderCurve), .. sources.Select(i => Percent(r.Unseen!.Sources[i].Flagged.Value))])],
            "What a host with requests of such a kind would see. In brackets: 95% bootstrap intervals, the threshold set again on every sample. The best of many is a little worse than it looks: confirm it on test rows.");
    }

    private static ReportTable Flagged(IReadOnlyList<SweepRow> rows)
    {
        int[] sources = Counting(rows[0], f => !f.Positive);
        return new ReportTable(
            "Harmless requests flagged at that threshold, every source left out of training, in %",
            ["probe", "threshold", "everyday, mean", .. sources.Select(i => SourceTitle(rows[0], i))],
            [.. rows.Select(r => (IReadOnlyList<string>)
            [
                r.Design.Describe(),
                r.Unseen!.Threshold.ToString("0.000", CultureInfo.InvariantCulture),
                (100 * r.Unseen.MeanFlagged).ToString("0.0", CultureInfo.InvariantCulture),
                .. sources.Select(i => (100 * r.Unseen.Sources[i].Flagged.Value).ToString("0.0", CultureInfo.InvariantCulture)),
            ])],
            "*: everyday sources, which set the threshold. The others are harmless requests that look harmful, wrapped ones, and ones in other languages.");
    }

    // Small sources say little, unless there are no others.
    private static int[] Counting(SweepRow row, Func<LeftOutFigure, bool> wanted)
    {
        var all = row.Unseen!.Sources.Index().Where(f => wanted(f.Item)).ToList();
        var large = all.FindAll(f => f.Item.Flagged.Total >= LeftOutFigures.LeastRows);
        return [.. (large.Count > 0 ? large : all).OrderBy(f => !f.Item.Everyday).Select(f => f.Index)];
    }

    private static string SourceTitle(SweepRow row, int source) =>
        $"{(row.Unseen!.Sources[source].Everyday ? "* " : "")}{row.Unseen.Sources[source].Kind} ({row.Unseen.Sources[source].Flagged.Total})";

    private static ReportTable LeftOut(IReadOnlyList<SweepRow> rows, double bound)
    {
        var known = rows[0].LeftOut.All(f => f.Fold == SweepFold.Nothing.Name);
        var sources = rows[0].LeftOut.Select(f => known ? $"validation ({f.Flagged.Total})" : $"{f.Fold} ({f.Flagged.Total})");
        return new ReportTable(
            string.Create(CultureInfo.InvariantCulture, $"Recall at {100 * bound:0.##}% everyday false positives, {(known ? "validation rows" : "each source left out of training")}"),
            ["probe", "mean recall", "AUROC", .. sources],
            [.. rows.Select(r => (IReadOnlyList<string>)
                [r.Design.Describe(), Percent(r.MeanRecall), Area(r.MeanAreaUnderCurve), .. r.LeftOut.Select(f => Percent(f.Flagged.Value))])],
            known
                ? "One harmful source only, or none with enough rows: nothing could be left out, and the figures are of sources that training saw. In brackets: 95% bootstrap intervals."
                : "In brackets: 95% bootstrap intervals. The best of many is a little worse than it looks: confirm it on test rows.");
    }

    private static ReportTable? Kinds(IReadOnlyList<SweepRow> rows, int atLeast)
    {
        int[] columns = [.. rows[0].Figures.Index()
            .Where(f => f.Item.Fold == SweepFold.Nothing.Name && f.Item.Flagged.Total >= atLeast)
            .OrderBy(f => !f.Item.Harmful).Select(f => f.Index)];
        return columns.Length == 0 ? null : new ReportTable(
            "Flagged validation rows by set, nothing left out, in %",
            ["probe", .. columns.Select(c => Title(rows[0].Figures[c])), "AUROC"],
            [.. rows.Select(r => (IReadOnlyList<string>)
            [
                r.Design.Describe(),
                .. columns.Select(c => Percent(r.Figures[c].Flagged.Value)),
                r.AreaUnderCurve is { } area ? area.ToString("0.000", CultureInfo.InvariantCulture) : "-",
            ])],
            "+ harmful rows, which should be flagged; - harmless rows, which should not. Training saw these sources.");
    }

    private static string Title(SweepFigure figure) => $"{(figure.Harmful ? "+" : "-")} {figure.Rows} ({figure.Flagged.Total})";

    private static string Percent(double share) => (100 * share).ToString("0", CultureInfo.InvariantCulture);

    private static string Percent(Estimate share) => string.Create(
        CultureInfo.InvariantCulture, $"{100 * share.Value:0.0} [{100 * share.Lower:0}, {100 * share.Upper:0}]");

    private static string Area(Estimate area) => string.Create(
        CultureInfo.InvariantCulture, $"{area.Value:0.000} [{area.Lower:0.000}, {area.Upper:0.000}]");
}
