using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Evaluation.Reports.Probes;

/// <summary>What people look at after a training: plots, the sweep's tables, and the design to train it again. A bundle serves without.</summary>
internal static class ProbeReport
{
    /// <summary>The folder within a bundle's where it goes if nobody says otherwise.</summary>
    public const string Folder = "training";

    /// <summary>The file that <c>--design</c> takes.</summary>
    public static string DesignOf(string folder, string probe) => Path.Combine(folder, probe + ".design.json");

    /// <summary>Writes it.</summary>
    /// <returns>The files.</returns>
    public static IReadOnlyList<string> Write(ProbeOutcome outcome, string folder)
    {
        Directory.CreateDirectory(folder);
        var name = outcome.Probe.Design.Name;
        List<string> files = [];
        Keep(DesignOf(folder, name), SettingsFile.Text(outcome.Probe));
        if (outcome.Sweep is { } sweep)
        {
            Keep(Path.Combine(folder, name + ".sweep.json"), SettingsFile.Text(sweep));
            Keep(Path.Combine(folder, name + ".sweep.md"), MarkdownReport.Write(SweepTables.Of(sweep, outcome.MaxFalsePositiveRate)));
            if (SweepPlot.Fits(sweep))
            {
                Keep(Path.Combine(folder, name + ".sweep.svg"), SweepPlot.Draw(sweep, outcome.MaxFalsePositiveRate));
            }
        }

        if (outcome is { HeldOut: { } rows, Figures: { } figures })
        {
            Keep(Path.Combine(folder, name + ".roc.svg"), RocPlot.Draw(name, rows, figures));
            Keep(Path.Combine(folder, name + ".calibration.svg"), CalibrationPlot.Draw(name, rows.Scores, rows.Positive, figures.CalibrationError));
        }

        return files;

        void Keep(string path, string text)
        {
            WholeFile.WriteText(path, text);
            files.Add(path);
        }
    }
}
