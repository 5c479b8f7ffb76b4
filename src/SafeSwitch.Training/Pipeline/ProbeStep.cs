using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Pipeline;

/// <summary>Trains one probe.</summary>
internal static class ProbeStep
{
    /// <param name="context">The build.</param>
    /// <param name="probe">What to train.</param>
    /// <param name="store">The states.</param>
    /// <param name="rows">Digest of the states' rows.</param>
    /// <param name="place">Where the graph and its record go, relative to the bundle.</param>
    /// <param name="cancellationToken">Ends training.</param>
    public static ProbeRecord Run(
        BuildContext context, RecipeProbe probe, StateStore store, string rows, string place, CancellationToken cancellationToken)
    {
        var (recipe, folder, name) = (context.Recipe, context.Files.Folder, probe.Design.Name);
        string[] files = [Path.Combine(folder, ProbeRecord.GraphOf(name, place)), Path.Combine(folder, ProbeRecord.FileOf(name, place))];
        var stamp = new StepStamp<ProbeRecord>(context.Files.Work, $"{place}-{name}");
        var inputs = InputDigest.Of(rows, probe, recipe.Seed, recipe.Calibration.PilotTokens, recipe.Calibration.Everyday, ProbeTrainer.Version, ToolVersion.Text);
        if (stamp.Standing(inputs, files) is { } standing)
            return standing;

        var training = new ProbeTask(store, folder, context.Progress, cancellationToken)
        {
            Place = place,
            PilotTokens = recipe.Calibration.PilotTokens,
            EverydaySets = recipe.Calibration.Everyday.Sets,
        };
        var options = probe.Training with { Seed = recipe.Seed, Threads = context.Options.Threads };
        return stamp.Keep(inputs, files, training.Train(probe with { Training = options }, leaveOut: false).Record!);
    }
}
