using SafeSwitch.Toolkit.Data;
using SafeSwitch.Bundles;
using SafeSwitch.Toolkit.Evaluation;

namespace SafeSwitch.Cli.Evaluating;

/// <summary>What was evaluated and what came of it.</summary>
/// <param name="Bundle">The bundle.</param>
/// <param name="Options">What was compared.</param>
/// <param name="Rows">The evaluated rows.</param>
/// <param name="Selected">The rows that were to be evaluated.</param>
internal sealed record FinishedEvaluation(Bundle Bundle, EvaluationOptions Options, IReadOnlyList<EvaluatedRow> Rows, SelectedRows Selected);
