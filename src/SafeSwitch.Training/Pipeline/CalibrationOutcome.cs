using SafeSwitch.Bundles;
using SafeSwitch.Training.Calibration;

namespace SafeSwitch.Training.Pipeline;

/// <summary>What calibrating gave.</summary>
/// <param name="Bundle">The bundle.</param>
/// <param name="Calibration">What the thresholds were chosen for, everyday rule and stages included.</param>
/// <param name="PromptRows">Scores of the prompt stage's held-out rows.</param>
/// <param name="ResponseRows">Scores of the response stage's held-out rows; none without that stage.</param>
internal sealed record CalibrationOutcome(
    Bundle Bundle, RecipeCalibration Calibration, IReadOnlyList<ScoredRow> PromptRows, IReadOnlyList<ScoredRow> ResponseRows);
