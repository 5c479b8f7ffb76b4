using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Pipeline;

/// <summary>What every step of one build needs.</summary>
internal sealed record BuildContext(
    Recipe Recipe, RecipeFiles Files, RecipeRows Rows, RefusalTexts Refusals, BuildOptions Options, IProgress<BuildProgress>? Progress)
{
    /// <summary>Says what a step does that is not counted in units.</summary>
    public void Report(string step, string note) => Progress?.Report(new BuildProgress(step, 0, 0, "", Note: note));
}
