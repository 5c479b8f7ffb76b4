using SafeSwitch.Backends;
using SafeSwitch.Generation;
using SafeSwitch.Monitoring;
using SafeSwitch.Toolkit.Data;
using SafeSwitch.Toolkit.Recipes;

namespace SafeSwitch.Toolkit.Evaluation;

/// <summary>Runs rows through a bundle under every policy at once, resumably.</summary>
public sealed class Evaluator : IAsyncDisposable
{
    private readonly LoadedBundle bundle;
    private readonly GuardedModel loop;
    private readonly EvaluationOptions options;
    private readonly string run;

    /// <summary>An evaluation of a loaded bundle.</summary>
    /// <param name="bundle">The bundle, which it then owns.</param>
    /// <param name="options">What to compare.</param>
    /// <param name="referenceSha256">SHA-256 of the reference probe's file.</param>
    /// <exception cref="ArgumentException">An option is out of its range, or the policies can't be compared in one pass.</exception>
    public Evaluator(LoadedBundle bundle, EvaluationOptions options, string? referenceSha256 = null)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(options);
        PolicyComparison.Check(options);
        this.bundle = bundle;
        this.options = options;
        loop = new GuardedModel(bundle);
        run = EvaluationRun.Digest(bundle.Bundle.Manifest, options, referenceSha256);
    }

    /// <summary>
    /// Evaluates rows and writes each as a JSON line. Rows that stand in the file already are left alone, so a run that was
    /// ended goes on where it was.
    /// </summary>
    /// <param name="rows">The rows; every key once.</param>
    /// <param name="seenSources">Sources that had rows to train on.</param>
    /// <param name="path">The file of evaluated rows.</param>
    /// <param name="onProblem">Told of every row that the model can't take.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends the run; what was written stays.</param>
    /// <returns>An evaluated row for each row, in their order, without those that the model can't take.</returns>
    /// <exception cref="DataException">The file holds rows of another run, or a key comes twice.</exception>
    public async Task<IReadOnlyList<EvaluatedRow>> EvaluateAsync(
        IReadOnlyList<DataRow> rows,
        IReadOnlySet<string> seenSources,
        string path,
        Action<DataProblem>? onProblem = null,
        IProgress<BuildProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(seenSources);
        if (rows.GroupBy(r => r.Key, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new DataException($"Row '{twice.Key}' comes {twice.Count()} times, expected once: are two of the files the same?");

        using var file = RowsFile.Open(path, run);
        var judge = new AnswerJudge(options.Texts);
        var requests = rows.ToDictionary(r => r.Key, r => r.Request, StringComparer.Ordinal);
        var results = new Dictionary<string, EvaluatedRow>(StringComparer.Ordinal);
        foreach (var row in file.Rows)
        {
            if (requests.TryGetValue(row.Key, out var request))
                results[row.Key] = judge.Judge(row, request);
        }

        var left = Encode(rows, seenSources, results, onProblem, cancellationToken);
        var meter = new EvaluationProgress(progress, left, results.Count, options);
        var evaluator = new RowEvaluator(bundle, loop, options, run);
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
    public ValueTask DisposeAsync() => loop.DisposeAsync();

    private List<EvaluationRow> Encode(
        IReadOnlyList<DataRow> rows,
        IReadOnlySet<string> seenSources,
        Dictionary<string, EvaluatedRow> standing,
        Action<DataProblem>? onProblem,
        CancellationToken cancellationToken)
    {
        var encoded = new List<EvaluationRow>();
        for (var i = 0; i < rows.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var row = rows[i];
            if (standing.ContainsKey(row.Key))
                continue;
            try
            {
                var prompt = bundle.Model.Tokenizer.Encode(row.Messages);
                var needed = prompt.Tokens.Length + options.AnswerTokens;
                if (needed > bundle.Model.Info.ContextLength)
                    throw new SafeSwitchException($"{needed} tokens, answer included, where the model's context holds {bundle.Model.Info.ContextLength}");
                var isChecked = options.CheckEvery > 0 && i % options.CheckEvery == 0;
                encoded.Add(new EvaluationRow(row, prompt, seenSources.Contains(row.Source), isChecked));
            }
            catch (SafeSwitchException e)
            {
                onProblem?.Invoke(new DataProblem(row.Key, 0, "messages", e.Message, "a conversation that the model can take"));
            }
        }

        return encoded;
    }
}
