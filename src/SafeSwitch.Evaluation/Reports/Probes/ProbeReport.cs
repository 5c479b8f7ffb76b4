using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Evaluation.Reports.Probes;

/// <summary>What people look at after a training: plots, the sweep's tables, and the design to train it again. A bundle serves without.</summary>
public static class ProbeReport
{
    /// <summary>The folder within a bundle's where it goes by default.</summary>
    public const string Folder = "training";

    /// <summary>The file of what was trained, from which it can be trained again.</summary>
    /// <param name="folder">Where the report goes.</param>
    /// <param name="probe">The probe's name.</param>
    public static string DesignOf(string folder, string probe) => Path.Combine(folder, probe + ".design.json");

    /// <summary>Writes it, each file whole or not at all.</summary>
    /// <param name="outcome">What a training or a sweep gave.</param>
    /// <param name="folder">Where it goes; made if it is not there.</param>
    /// <returns>The files.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="outcome"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="folder"/> is <see langword="null"/> or empty.</exception>
    public static IReadOnlyList<string> Write(ProbeOutcome outcome, string folder)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        ArgumentException.ThrowIfNullOrEmpty(folder);
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

        if (outcome.Coverage is { Doubtful: { Count: > 0 } doubtful })
        {
            Keep(Path.Combine(folder, name + ".doubtful.json"), SettingsFile.Text(doubtful));
        }

        if (outcome.Classes is { } classes)
        {
            Keep(Path.Combine(folder, name + ".classes.json"), SettingsFile.Text(classes));
        }

        if (outcome is { HeldOut: { } rows, Figures: { } figures })
        {
            Keep(Path.Combine(folder, name + ".roc.svg"), RocPlot.Draw(name, rows, figures));
            Keep(Path.Combine(folder, name + ".calibration.svg"), CalibrationPlot.Draw(name, rows.Scores, rows.Positive, figures.CalibrationError));
        }

        return files;

        void Keep(string path, string text)
        {
            AtomicFile.WriteText(path, text);
            files.Add(path);
        }
    }
}
