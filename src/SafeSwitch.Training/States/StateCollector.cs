using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.OnnxRuntime.Decoding;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>
/// Runs rows through a model, once each, and keeps the states that training needs. Rows are taken in the order of their
/// tokens, so that each reuses the cache and the states of what it shares with the row before: template, system prompt and
/// wrapper are run once for all rows that begin with them.
/// </summary>
/// <param name="model">The model; it must export the layers asked for.</param>
/// <param name="options">What to keep.</param>
public sealed class StateCollector(ILanguageModel model, CollectionOptions options)
{
    /// <summary>
    /// Collects rows into a folder that <see cref="StateStore"/> opens. Rows that stand there already as they are
    /// asked for are left alone, so a run that was ended goes on where it was.
    /// </summary>
    /// <param name="requests">The rows; every key once.</param>
    /// <param name="folder">The folder; made if absent.</param>
    /// <param name="progress">Told what will be written, then how far it is, in prompt tokens.</param>
    /// <param name="cancellationToken">Ends the run between two verbs; rows that are complete are written.</param>
    /// <exception cref="DataException">The folder holds states of something else, another process collects this part, or the disk is too small.</exception>
    public async Task<CollectionSummary> CollectAsync(
        IReadOnlyList<CollectionRequest> requests,
        string folder,
        IProgress<BuildProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        Check(requests);
        var description = new CollectionDescription
        {
            Model = model.Info.Name,
            Fingerprint = options.Fingerprint,
            Width = model.Info.HiddenSize,
            Layers = options.Layers,
            Keep = options.Keep,
        };
        description.Check(folder);
        var problems = new List<DataProblem>();
        var encoded = Encode(requests, problems, progress, cancellationToken);

        // Parts are cut from all rows, whatever stands: otherwise two runs of one part would differ.
        var part = CollectionOrder.Arrange(encoded, options.Shard);
        using var claim = StatesLock.ForPart(folder, options.Shard);
        var standing = Standing(folder, requests);
        var left = part.Where(r => !standing.Contains(r.Request.Row.Key)).ToList();
        var bytes = DiskSpace.Needed(left, options, model.Info.HiddenSize);
        var free = options.FreeBytes(folder);
        progress?.Report(new BuildProgress(
            "render", encoded.Count, requests.Count, "rows", Note: $"{left.Count:N0} to collect, up to {DiskSpace.Text(bytes)}; {DiskSpace.Text(free)} are free"));
        DiskSpace.Require(folder, bytes, free);
        Claim(folder, description);

        var meter = new ProgressMeter(progress, "collect", "prompt tokens", part.Sum(r => (double)r.Length));
        meter.Skip(part.Sum(r => (double)r.Length) - left.Sum(r => (double)r.Length));
        if (left.Count == 0)
            return new CollectionSummary(0, part.Count, 0, 0, 0, 0, [], problems);
        var notes = new List<string>();
        var (tokensRun, answerTokens) = await RunAsync(left, description, folder, meter, notes, cancellationToken).ConfigureAwait(false);
        return new CollectionSummary(
            left.Count, part.Count - left.Count, left.Sum(r => (long)r.Length), tokensRun, answerTokens, bytes, notes, problems);
    }

    private async Task<(long TokensRun, long AnswerTokens)> RunAsync(
        List<EncodedRow> rows, CollectionDescription description, string folder, ProgressMeter meter, List<string> notes, CancellationToken cancellationToken)
    {
        var capacity = rows.Max(r => r.Length + Math.Max(r.Request.WithAnswer ? options.AnswerTokens : 0, r.RefusalTokens.Length));
        var session = await model.OpenSessionAsync(
            new DecodingOptions { Capacity = capacity, HiddenStates = [.. options.Layers.Append(options.FinalLayer).Distinct()] },
            cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var canBatch = await CanBatchAsync(rows, notes, cancellationToken).ConfigureAwait(false);
            using var collector = new RowCollector(
                model, session, options, rows.Max(r => r.Length), begin => canBatch
                    ? new BatchedAnswers((OnnxLanguageModel)model, session, options, capacity, begin)
                    : new SingleAnswers(session, begin));
            var shards = new ShardSeries(folder, description, options);
            try
            {
                foreach (var row in rows)
                {
                    shards.Add(await collector.CollectAsync(row, cancellationToken).ConfigureAwait(false), row.Length);
                    meter.Add(row.Length);
                }

                shards.Add(await collector.FinishAsync(cancellationToken).ConfigureAwait(false), 0);
            }
            catch (OperationCanceledException)
            {
                shards.Finish();
                throw;
            }

            shards.Finish();
            return (collector.TokensRun, collector.AnswerTokens);
        }
    }

    /// <summary>Whether answers are decoded at once; if they can't be, notes why.</summary>
    private async ValueTask<bool> CanBatchAsync(List<EncodedRow> rows, List<string> notes, CancellationToken cancellationToken)
    {
        if (options.AnswersAtOnce < 2 || model is not OnnxLanguageModel onnx || rows.Count(r => r.Request.WithAnswer) < 2)
            return false;
        if (await BatchProbe.WhyNotAsync(onnx, cancellationToken).ConfigureAwait(false) is not { } reason)
            return true;
        notes.Add($"answers were decoded one at a time: {reason}");
        return false;
    }

    private HashSet<string> Standing(string folder, IReadOnlyList<CollectionRequest> requests)
    {
        using var files = StatesLock.ForCommonFiles(folder);
        return StandingRows.Keep(folder, requests, options.IsRefusal);
    }

    private static void Claim(string folder, CollectionDescription description)
    {
        using var files = StatesLock.ForCommonFiles(folder);
        description.Claim(folder);
    }

    private List<EncodedRow> Encode(
        IReadOnlyList<CollectionRequest> requests, List<DataProblem> problems, IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
    {
        var meter = new ProgressMeter(progress, "render", "rows", requests.Count);
        var encoder = new RowEncoder(model, options.AnswerTokens);
        var encoded = new List<EncodedRow>(requests.Count);
        foreach (var request in requests)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (encoder.Encode(request, out var problem) is { } row)
                encoded.Add(row);
            else
                problems.Add(problem!);
            meter.Add(1);
        }

        return encoded;
    }

    private void Check(IReadOnlyList<CollectionRequest> requests)
    {
        if (options.Layers.Except(model.Info.HiddenStates).ToList() is { Count: > 0 } absent)
        {
            throw new SafeSwitchException(
                $"The model exports {(model.Info.HiddenStates.Count == 0 ? "no hidden states" : string.Join(", ", model.Info.HiddenStates))}, " +
                $"expected also {string.Join(", ", absent)}; instrument it for those layers.");
        }

        if (options.Shard.Part < 1 || options.Shard.Part > options.Shard.Of)
            throw new ArgumentException($"Shard {options.Shard.Part}/{options.Shard.Of}: expected 1/n to n/n.", nameof(requests));
        if (requests.GroupBy(r => r.Row.Key, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new DataException($"Row '{twice.Key}' is asked for {twice.Count()} times, expected once.");
    }
}
