using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Tests;

/// <summary>Evaluations of a <see cref="TestBundle"/>.</summary>
internal static class TestEvaluation
{
    public static LoadedBundle Load(TestBundle bundle) =>
        new OnnxRuntimeBackend(new OnnxRuntimeOptions { IntraOpThreads = 1 }).Load(Bundle.Open(bundle.Folder));

    public static async Task<IReadOnlyList<EvaluatedRow>> RunAsync(
        TestBundle bundle,
        IReadOnlyList<DataRow> rows,
        EvaluationFiles files,
        Func<EvaluationOptions, EvaluationOptions>? change = null,
        Action<DataProblem>? onProblem = null)
    {
        var loaded = Load(bundle);
        using var reference = ReferenceForm.Load(bundle.ReferenceProbe, bundle.ReferenceResponseProbe, loaded.Model.Info, pilotTokens: 2);
        var options = new EvaluationOptions
        {
            Policies = loaded.Bundle.Manifest.Policies,
            CheckedPolicy = "balanced",
            CheckEvery = 3,
            Reference = reference,
            AnswerTokens = 8,
            RefusalTokens = 10,
        };
        await using var evaluator = new Evaluator(loaded, change?.Invoke(options) ?? options);
        return await evaluator.EvaluateAsync(rows, files, onProblem, cancellationToken: TestContext.Current.CancellationToken);
    }
}
