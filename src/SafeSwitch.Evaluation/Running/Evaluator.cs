using SafeSwitch.Backends;
using SafeSwitch.Evaluation.Rows;
using SafeSwitch.Evaluation.Running;
using SafeSwitch.Settings;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation;

/// <summary>
/// Runs rows through a bundle by every method that is compared, resumably. Every method is the guarded loop itself, under any policy:
/// what the policy does in a host is what is measured.
/// <code>
/// await using var evaluator = new Evaluator(new OnnxRuntimeBackend().Load(Bundle.Open("model")), options);
/// var rows = await evaluator.EvaluateAsync(requests, seenSources, EvaluationFiles.InFolder("report"));
/// var summary = EvaluationSummary.Of(rows, options);
/// </code>
/// </summary>
public sealed class Evaluator : IAsyncDisposable
{
    private readonly LoadedBundle bundle;
    private readonly EvaluationOptions options;
    private readonly EvaluationRowEncoder encoder;
    private readonly RowEvaluator evaluator;
    private readonly string run;

    /// <summary>An evaluation of a loaded bundle.</summary>
    /// <param name="bundle">The bundle, which it then owns.</param>
    /// <param name="options">What to compare.</param>
    /// <exception cref="SettingsException">An option is out of its range, or two methods have one name.</exception>
    /// <exception cref="ArgumentException">The bundle lacks what an option needs.</exception>
    public Evaluator(LoadedBundle bundle, EvaluationOptions options)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(options);
        SettingsException.ThrowIfInvalid(options);
        if (options.AlwaysOn && bundle.Model.Info.Adapters.Count == 0)
            throw new ArgumentException($"The bundle has no adapter that could be '{Methods.AlwaysOn}'. Leave that method out.", nameof(options));
        this.bundle = bundle;
        this.options = options;
        encoder = new EvaluationRowEncoder(bundle.Model, options);
        run = RunDigest.Of(bundle.Bundle.Manifest, options);
        evaluator = new RowEvaluator(bundle, options, run);
    }

    /// <summary>
    /// Evaluates rows and writes each as a JSON line. Rows that a file has already are skipped, so an interrupted run resumes,
    /// and several processes can share the rows.
    /// </summary>
    /// <param name="rows">The rows; every key once.</param>
    /// <param name="seenSources">Sources that had rows to train on.</param>
    /// <param name="files">The files of evaluated rows.</param>
    /// <param name="onProblem">Receives every row that the model can't take.</param>
    /// <param name="progress">Receives how far it is.</param>
    /// <param name="cancellationToken">Ends the run; what was written stays.</param>
    /// <returns>The rows that are evaluated now, by whichever process, in the order of <paramref name="rows"/>.</returns>
    /// <exception cref="DataException">A file holds rows of another run, or a key comes twice.</exception>
    /// <exception cref="SafeSwitchException">A probe or a monitor failed on a row, which is named: a guard that fails is not measured.</exception>
    /// <exception cref="ArgumentException">A policy does not fit the bundle.</exception>
    public async Task<IReadOnlyList<EvaluatedRow>> EvaluateAsync(
        IReadOnlyList<DataRow> rows,
        IReadOnlySet<string> seenSources,
        EvaluationFiles files,
        Action<DataProblem>? onProblem = null,
        IProgress<BuildProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(seenSources);
        ArgumentNullException.ThrowIfNull(files);
        if (rows.GroupBy(r => r.Key, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new DataException($"Row '{twice.Key}' comes {twice.Count()} times, expected once: are two of the files the same?");

        var others = files.Others.SelectMany(o => RowsFile.Read(o, run)).ToList();
        using var file = RowsFile.Open(files.Path, run);
        var judge = new AnswerJudge(options);
        var requests = rows.ToDictionary(r => r.Key, StringComparer.Ordinal);
        var results = new Dictionary<string, EvaluatedRow>(StringComparer.Ordinal);
        foreach (var row in file.Rows.Concat(others))
        {
            if (requests.TryGetValue(row.Key, out var request))
                results[row.Key] = judge.Judge(row, request);
        }

        var mine = rows.Index().Where(r => files.Makes(r.Index)).ToList();
        var left = encoder.Encode(mine.Where(r => !results.ContainsKey(r.Item.Key)), seenSources, onProblem, cancellationToken);
        var meter = new EvaluationProgress(progress, left, mine.Count(r => results.ContainsKey(r.Item.Key)), options);
        foreach (var row in left)
        {
            var evaluated = await evaluator.EvaluateAsync(row, cancellationToken).ConfigureAwait(false);
            file.Append(evaluated);
            results.Add(evaluated.Key, evaluated);
            meter.Add(row);
        }

        return [.. rows.Select(r => results.GetValueOrDefault(r.Key)).OfType<EvaluatedRow>()];
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await evaluator.DisposeAsync().ConfigureAwait(false);
        await bundle.DisposeAsync().ConfigureAwait(false);
    }
}
