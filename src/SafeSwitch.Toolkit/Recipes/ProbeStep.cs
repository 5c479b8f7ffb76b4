using SafeSwitch.Bundles;
using SafeSwitch.Monitoring;
using SafeSwitch.Toolkit.Calibration;
using SafeSwitch.Toolkit.Collection;
using SafeSwitch.Toolkit.Data;
using SafeSwitch.Toolkit.Metrics;
using SafeSwitch.Toolkit.Training.Probes;

namespace SafeSwitch.Toolkit.Recipes;

/// <summary>Trains one probe on the train rows, chooses its thresholds on the validation rows, and writes its graph.</summary>
internal static class ProbeStep
{
    /// <param name="context">The build.</param>
    /// <param name="probe">What to train.</param>
    /// <param name="store">The states.</param>
    /// <param name="rows">Digest of the states' rows.</param>
    /// <param name="file">Where the graph goes, relative to the bundle.</param>
    /// <param name="cancellationToken">Ends training.</param>
    public static ProbeResult Run(
        BuildContext context, RecipeProbe probe, StateStore store, string rows, string file, CancellationToken cancellationToken)
    {
        var path = Path.Combine(context.Files.Folder, file);
        var stamp = new StepStamp<ProbeResult>(context.Files.Work, $"probe-{probe.Design.Name}");
        var inputs = InputDigest.Of(rows, probe, context.Recipe.Seed, context.Recipe.Calibration, ToolVersion.Text);
        if (stamp.Standing(inputs, [path]) is { } standing)
            return standing;

        var states = new StoredProbeStates(store, probe.Design.Stage, context.Recipe.Calibration.PilotTokens);
        var options = probe.Training with { Seed = context.Recipe.Seed, Threads = context.Options.Threads };
        var networks = probe.Design.Members.Sum(m => m.Copies);
        var meter = new ProgressMeter(context.Progress, $"probe {probe.Design.Name}", "passes", networks * options.Epochs);
        var trained = ProbeTrainer.Train(states, probe.Design, options, new Relay(meter), cancellationToken);

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        ProbeExporter.Write(trained, path);
        var scored = Score(trained, states, context.Options.Threads);
        var description = new ProbeDescription
        {
            Name = probe.Design.Name,
            File = file,
            Sha256 = DataFile.Sha256(path),
            Stage = probe.Design.Stage,
            HiddenStates = [.. probe.Design.Members.SelectMany(m => m.Layers).Distinct()],
            Pooling = probe.Design.Describe(),
            Calibration = Calibrate(context.Recipe.Calibration, probe.Design.Stage, scored),
        };
        return stamp.Keep(inputs, [path], new ProbeResult(description, Measure(context.Recipe.Calibration, description, scored)));
    }

    private static List<ScoredRow> Score(TrainedProbe trained, StoredProbeStates states, int threads)
    {
        int[] held = [.. states.Rows.Index().Where(r => r.Item.Split == DataSplits.Validation).Select(r => r.Index)];
        return [.. trained.Score(states, held, threads)
            .Zip(held, (score, i) => new ScoredRow(score, states.Rows[i].Positive, states.Rows[i].Source, states.Rows[i].Set))];
    }

    private static IReadOnlyList<CalibrationRecord> Calibrate(RecipeCalibration calibration, MonitorStage stage, List<ScoredRow> rows) =>
        stage == MonitorStage.Prompt
            ? Calibrator.ForFalsePositives(rows, calibration.Bounds, calibration.Everyday, KindBound.Of(calibration.SetBounds, calibration.SourceBounds))
            : Calibrator.ForMisses(rows, [.. calibration.Bounds.Select(b => b.Policy)], calibration.MaxMissedResponses);

    private static Dictionary<string, double> Measure(RecipeCalibration calibration, ProbeDescription probe, List<ScoredRow> rows)
    {
        var roc = RocCurve.Of([.. rows.Select(r => r.Score)], [.. rows.Select(r => r.Positive)]);
        var metrics = new Dictionary<string, double> { [$"{probe.Name}.auroc"] = Math.Round(roc.AreaUnderCurve, 4) };
        var threshold = probe.Calibration.First(c => c.Policy == calibration.DefaultPolicy).Threshold;
        foreach (var group in rows.GroupBy(r => (r.Set, r.Positive)).OrderBy(g => g.Key.Set, StringComparer.Ordinal).ThenBy(g => g.Key.Positive))
        {
            var name = group.Key.Positive ? "recall" : "flagged";
            metrics[$"{probe.Name}.{name}.{group.Key.Set}"] = Math.Round(group.Average(r => r.Score >= threshold ? 1.0 : 0), 4);
        }

        return metrics;
    }

    private sealed class Relay(ProgressMeter meter) : IProgress<ProbeTrainingProgress>
    {
        public void Report(ProbeTrainingProgress value) =>
            meter.Add(1, $"{value.Design}, pass {value.Epoch}: loss {value.TrainingLoss:0.000}, held out {value.ValidationLoss:0.000}");
    }
}
