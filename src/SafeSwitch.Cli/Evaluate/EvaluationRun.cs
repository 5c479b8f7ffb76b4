using SafeSwitch.Backends;
using SafeSwitch.Evaluation;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Evaluate;

/// <summary>Runs rows, for <c>evaluate</c> and for the last step of <c>build</c> alike.</summary>
internal static class EvaluationRun
{
    /// <param name="bundle">The bundle, which is disposed of.</param>
    /// <param name="options">What to compare.</param>
    /// <param name="selected">The rows.</param>
    /// <param name="files">Where every evaluated row goes.</param>
    /// <param name="warn">Receives every row that is left out.</param>
    /// <param name="progress">Where to report.</param>
    /// <param name="cancellationToken">Ends it; what was evaluated is kept.</param>
    /// <exception cref="DataException">The model can't take any of the rows.</exception>
    public static async Task<IReadOnlyList<EvaluatedRow>> RowsAsync(
        LoadedBundle bundle,
        EvaluationOptions options,
        SelectedRows selected,
        EvaluationFiles files,
        Action<string> warn,
        IProgress<BuildProgress>? progress,
        CancellationToken cancellationToken)
    {
        var evaluator = new Evaluator(bundle, options);
        await using (evaluator.ConfigureAwait(false))
        {
            var rows = await evaluator.EvaluateAsync(selected.Rows, files, problem => warn($"left out {problem}"), progress, cancellationToken).ConfigureAwait(false);
            return rows.Count > 0 ? rows : throw new DataException("The model can't take any of the rows.");
        }
    }
}
