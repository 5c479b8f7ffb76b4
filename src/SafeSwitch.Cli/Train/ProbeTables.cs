using System.Globalization;
using SafeSwitch.Cli.Shared.Output;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Evaluation.Reports.Probes;
using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Probes.Sweeps;

namespace SafeSwitch.Cli.Train;

/// <summary>A probe's figures as tables.</summary>
internal static class ProbeTables
{
    public static IReadOnlyList<ReportTable> Of(ProbeOutcome outcome)
    {
        List<ReportTable> tables = [];
        if (outcome.Sweep is { } sweep)
            tables.AddRange(SweepTables.Of(sweep, outcome.MaxFalsePositiveRate));
        else if (outcome.LeftOut is { } row)
            tables.AddRange(SweepTables.Of([row], outcome.MaxFalsePositiveRate));
        if ((outcome.Unseen ?? outcome.LeftOut?.Unseen) is { } unseen)
            tables.Add(LeftOut(unseen));
        if (outcome.Coverage is { } coverage)
            tables.Add(Coverage(coverage));
        if (outcome.Classes is { } classes)
            tables.AddRange(Classes(classes));
        if (outcome.Figures is { } figures)
            tables.AddRange([Overall(figures), Sources(figures)]);
        return tables;
    }

    private static ReportTable LeftOut(LeftOutFigures figures) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Sources that training did not see: {NumberText.Percent(figures.MeanRecall.Value)} of harmful requests found [{NumberText.Percent(figures.MeanRecall.Lower)}, {NumberText.Percent(figures.MeanRecall.Upper)}], mean over their sources"),
        ["source", "n", "flagged", "95% interval"],
        [.. figures.Sources.Select(s => (IReadOnlyList<string>)
            [
                $"{s.Kind} {(s.Positive ? "(to be flagged)" : s.Everyday ? "(everyday)" : "(harmless)")}",
                s.Flagged.Total.ToString("N0", CultureInfo.InvariantCulture),
                .. Row("", Estimate.Of(s.Flagged), NumberText.Percent).Skip(1),
            ])],
        string.Create(
            CultureInfo.InvariantCulture,
            $"Threshold {figures.Threshold:0.0000}: everyday sources flagged at {NumberText.Percent(figures.MeanBound)} in the mean ({NumberText.Percent(figures.MeanFlagged)} here), {NumberText.Percent(figures.WorstBound)} in the worst ({figures.Worst.Source})."));

    private static ReportTable Coverage(CoverageFigures figures) => new(
        $"What it says that it can't read, of sources that it did not see",
        ["rows", "n", "marked", "95% interval"],
        [
            Marked("everyday, of the languages that it reads", figures.Everyday),
            .. figures.Worst is { } worst ? [Marked($"the worst source of these, {worst.Source}", worst.Flagged)] : Array.Empty<IReadOnlyList<string>>(),
            Marked("harmful, of these languages", figures.Harmful),
            Marked("of other languages", figures.Found),
            .. figures.ByLanguage.Select(l => Marked(l.Key, l.Value)),
        ],
        figures.Doubtful.Count == 0 ? "" : string.Create(
            CultureInfo.InvariantCulture,
            $"{figures.Doubtful.Count:N0} rows look like another language and are not labelled so: look at them in the report's .doubtful.json, and correct their language."));

    // The confusion is told by the two classes that are said most often instead: a table of twelve columns is read by nobody.
    private static IEnumerable<ReportTable> Classes(ClassFigures figures)
    {
        yield return new ReportTable(
            string.Create(CultureInfo.InvariantCulture, $"Classes, of sources that it did not see: {NumberText.Percent(figures.MacroAccuracy)} right in the mean over classes, {NumberText.Percent(figures.Right.Value)} of all rows"),
            ["class", "n", "right", "95% interval", "taken for"],
            [.. figures.Names.Select((name, k) => (IReadOnlyList<string>)
                [
                    name,
                    figures.RightOf(k).Total.ToString("N0", CultureInfo.InvariantCulture),
                    .. Row("", Estimate.Of(figures.RightOf(k)), NumberText.Percent).Skip(1),
                    string.Join(", ", figures.Confusion[k].Select((count, found) => (count, found)).Where(c => c.found != k && c.count > 0).OrderByDescending(c => c.count).Take(2)
                        .Select(c => string.Create(CultureInfo.InvariantCulture, $"{figures.Names[c.found]} {c.count}"))),
                ])],
            "The whole confusion is in the report's .classes.json.");
        yield return new ReportTable(
            "Classes by source, each left out of training",
            ["source", "n", "right", "95% interval"],
            [.. figures.BySource.Select(s => Marked(s.Key, s.Value))],
            "");
    }

    private static IReadOnlyList<string> Marked(string rows, Proportion marked) =>
        [rows, marked.Total.ToString("N0", CultureInfo.InvariantCulture), .. Row("", Estimate.Of(marked), NumberText.Percent).Skip(1)];

    private static ReportTable Overall(ProbeFigures figures)
    {
        var bound = NumberText.Percent(figures.MaxFalsePositiveRate);
        return new ReportTable(
            string.Create(CultureInfo.InvariantCulture, $"On {figures.Positive + figures.Negative:N0} validation rows, {figures.Positive:N0} of them positive"),
            ["figure", "value", "95% interval"],
            [
                Row("accuracy at 0.5", figures.Accuracy, NumberText.Percent),
                Row("F1 at 0.5", figures.F1, Three),
                Row("AUROC", figures.AreaUnderCurve, Three),
                Row($"recall at {bound} everyday false positives", figures.RecallAtBound, NumberText.Percent),
                Row("expected calibration error", figures.CalibrationError, Three),
            ],
            string.Create(CultureInfo.InvariantCulture, $"Threshold of the bound: {figures.Threshold:0.0000}, on {figures.Benign:N0} everyday rows."));
    }

    private static ReportTable Sources(ProbeFigures figures) => new(
        $"Flagged at {NumberText.Percent(figures.MaxFalsePositiveRate)} everyday false positives, by source",
        ["source", "n", "flagged", "95% interval"],
        [.. figures.Sources.Select(s => (IReadOnlyList<string>)
            [
                $"{s.Source} {(s.Positive ? "(to be flagged)" : "(not to be flagged)")}",
                s.Flagged.Total.ToString("N0", CultureInfo.InvariantCulture),
                .. Row("", Estimate.Of(s.Flagged), NumberText.Percent).Skip(1),
            ])],
        "Training saw other rows of the same sources: only sources left out of training show what a new one would get.");

    private static IReadOnlyList<string> Row(string name, Estimate figure, Func<double, string> show) =>
        [name, show(figure.Value), $"{show(figure.Lower)} to {show(figure.Upper)}"];

    private static string Three(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
