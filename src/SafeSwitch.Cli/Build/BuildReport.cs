using System.Globalization;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared.Output;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Build;

/// <summary>What a build made.</summary>
internal static class BuildReport
{
    public static void Write(Terminal terminal, Bundle? bundle, BuildStep lastStep, TimeSpan time)
    {
        if (bundle is null)
        {
            terminal.Output.WriteLine($"Done until {lastStep.ToString().ToLowerInvariant()} in {Durations.Show(time)}; the same command without --until goes on.");
            return;
        }

        var records = bundle.Manifest.Probes.SelectMany(p => p.Calibration.Select(c => (Probe: p, Record: c))).ToList();
        if (records.Count > 0)
        {
            TableView.Write(terminal, new ReportTable(
                "Thresholds, calibrated on held-out rows",
                ["policy", "probe", "threshold", "bound", "harmless flagged", "harmful found"],
                [.. records.Select(r => (IReadOnlyList<string>)
                    [
                        r.Record.Policy,
                        r.Probe.Name,
                        r.Record.Threshold.ToString("0.0000", CultureInfo.InvariantCulture),
                        NumberText.Percent(r.Record.MaxFalsePositiveRate),
                        string.Create(CultureInfo.InvariantCulture, $"{r.Record.Flagged} of {r.Record.HarmlessRows:N0}"),
                        NumberText.Percent(r.Record.Recall),
                    ])]));
        }

        terminal.Output.WriteLine($"{bundle.Folder} in {Durations.Show(time)}. Next: safeswitch ask {bundle.Folder} \"Hello\"");
    }

}
