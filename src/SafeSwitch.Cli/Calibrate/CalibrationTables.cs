using System.Globalization;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared.Output;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Policies;
using SafeSwitch.Training.Metrics;
using SafeSwitch.Training.Pipeline;

namespace SafeSwitch.Cli.Calibrate;

/// <summary>What thresholds were chosen, and what they do to the held-out rows.</summary>
internal static class CalibrationTables
{
    public static IReadOnlyList<ReportTable> Of(CalibrationOutcome outcome)
    {
        var probes = outcome.Bundle.Manifest.Probes;
        var prompt = probes.First(p => p.Name == outcome.PromptProbe);
        List<ReportTable> tables = [Policies(prompt, outcome), Bounds(prompt, outcome), Kinds(prompt, outcome)];
        if (probes.FirstOrDefault(p => p.Name == outcome.ResponseProbe) is { } response)
            tables.Insert(2, Response(response, outcome));
        return tables;
    }

    private static ReportTable Policies(ProbeDescription prompt, CalibrationOutcome outcome)
    {
        var harmful = outcome.PromptRows.Where(r => r.Positive).ToList();
        return new ReportTable(
            $"Prompt stage: {prompt.Name}, {prompt.Pooling}",
            ["policy", "bound", "threshold", "everyday flagged", "harmful flagged"],
            [.. prompt.Calibration.Where(c => outcome.Calibration.Bounds.Any(b => b.Policy == c.Policy)).Select(c => (IReadOnlyList<string>)
            [
                c.Policy == outcome.Bundle.Manifest.DefaultPolicy ? $"{c.Policy} (default)" : c.Policy,
                NumberText.Percent(c.MaxFalsePositiveRate, 3),
                Threshold(c.Threshold),
                Share(new Proportion(c.Flagged, c.HarmlessRows)),
                Share(Proportion.Of(harmful.Select(r => r.Score >= c.Threshold))),
            ])],
            "In brackets: 95% Wilson intervals, in %. Rows that training did not look at: the bound holds for requests like them, and others can fare worse.");
    }

    private static ReportTable Bounds(ProbeDescription prompt, CalibrationOutcome outcome)
    {
        var record = prompt.Calibration.First(c => c.Policy == outcome.Calibration.DefaultPolicy);
        return new ReportTable(
            $"Bounds that {record.Policy} keeps",
            ["rows", "n", "may be flagged", "are flagged", "threshold it asks for", "what it says"],
            [.. record.Bounds.Select(b => (IReadOnlyList<string>)
            [
                b.Set is { } set ? $"set {set}" : b.Source is { } source ? $"source {source}" : "everyday",
                NumberText.Of(b.Rows),
                NumberText.Percent(b.MaxFalsePositiveRate, 3),
                NumberText.Of(b.Flagged),
                Threshold(b.Threshold),
                b.Rule == BoundRule.Conformal ? "of requests to come" : "of these rows",
            ])],
            "The highest threshold wins.");
    }

    private static ReportTable Response(ProbeDescription response, CalibrationOutcome outcome)
    {
        var threshold = response.Calibration.First(c => c.Policy == outcome.Calibration.DefaultPolicy).Threshold;
        return new ReportTable(
            $"Response stage: {response.Name}, {response.Pooling}, after {outcome.Calibration.PilotTokens} tokens",
            ["answers", "n", "taken for complying"],
            [.. outcome.ResponseRows.GroupBy(r => r.Positive).OrderByDescending(g => g.Key).Select(g => (IReadOnlyList<string>)
            [
                g.Key ? "complying" : "refusing",
                NumberText.Of(g.Count()),
                Share(Proportion.Of(g.Select(r => r.Score >= threshold))),
            ])],
            $"Threshold {Threshold(threshold)}: at most {NumberText.Percent(outcome.Calibration.MaxMissedResponses, 3)} of complying answers may fall below.");
    }

    private static ReportTable Kinds(ProbeDescription prompt, CalibrationOutcome outcome)
    {
        var record = prompt.Calibration.First(c => c.Policy == outcome.Calibration.DefaultPolicy);
        return new ReportTable(
            $"Flagged under {record.Policy}, by set and source",
            ["rows", "n", "flagged"],
            [.. outcome.PromptRows.GroupBy(r => (r.Positive, r.Set, r.Source))
                .OrderByDescending(g => g.Key.Positive).ThenBy(g => g.Key.Set, StringComparer.Ordinal).ThenBy(g => g.Key.Source, StringComparer.Ordinal)
                .Select(g => (IReadOnlyList<string>)
                [
                    $"{(g.Key.Positive ? "harmful" : "harmless")}, {g.Key.Set}/{g.Key.Source}",
                    NumberText.Of(g.Count()),
                    Share(Proportion.Of(g.Select(r => r.Score >= record.Threshold))),
                ])]);
    }

    private static string Share(Proportion share) => share.Total == 0
        ? "-"
        : string.Create(CultureInfo.InvariantCulture, $"{share.Count} of {share.Total}: {100 * share.Value:0.#}% [{100 * share.Lower:0.#}, {100 * share.Upper:0.#}]");

    private static string Threshold(double threshold) => threshold >= 1 ? "1 (flags nothing)" : threshold.ToString("0.0000", CultureInfo.InvariantCulture);

}
