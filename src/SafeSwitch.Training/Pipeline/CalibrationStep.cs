using SafeSwitch.Training.Calibration;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Pipeline;

/// <summary>Chooses a probe's thresholds on the validation rows.</summary>
internal static class CalibrationStep
{
    public static CalibratedProbe Run(BuildContext context, ProbeRecord probe, StateStore store, string rows, CancellationToken cancellationToken)
    {
        var (folder, calibration) = (context.Files.Folder, context.Recipe.Calibration);
        string[] files = [Path.Combine(folder, probe.Description.File)];
        var stamp = new StepStamp<CalibratedProbe>(context.Files.Work, $"calibration-{probe.Description.Name}");
        var inputs = InputDigest.Of(rows, probe, calibration, ToolVersion.Text);
        if (stamp.Standing(inputs, files) is { } standing)
            return standing;
        var scores = HeldOutScores.Of(probe, store, folder, context.Options.Threads, context.Progress, cancellationToken);
        return stamp.Keep(inputs, files, CalibratedProbe.Of(probe.Description, scores, calibration));
    }
}
