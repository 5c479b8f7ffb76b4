using SafeSwitch.Backends;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation;

/// <summary>A row about to be evaluated.</summary>
/// <param name="Data">The row.</param>
/// <param name="Prompt">The row as the model reads it.</param>
/// <param name="SourceSeen">Whether other rows of its source were there to train on.</param>
/// <param name="IsChecked">Whether the guarded loop runs it too.</param>
/// <param name="SafetyPrompt">The row after the safety prompt, if one is compared.</param>
internal sealed record EvaluationRow(DataRow Data, EncodedPrompt Prompt, bool SourceSeen, bool IsChecked, EncodedPrompt? SafetyPrompt = null);
