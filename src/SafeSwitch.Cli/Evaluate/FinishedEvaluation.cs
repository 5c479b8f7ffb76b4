using SafeSwitch.Bundles;
using SafeSwitch.Evaluation;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Evaluate;

/// <summary>What was evaluated and what came of it.</summary>
/// <param name="Bundle">The bundle.</param>
/// <param name="Options">What was compared.</param>
/// <param name="Rows">The evaluated rows.</param>
/// <param name="Selected">The rows that were to be evaluated.</param>
internal sealed record FinishedEvaluation(Bundle Bundle, EvaluationOptions Options, IReadOnlyList<EvaluatedRow> Rows, SelectedRows Selected);
