using SafeSwitch.Backends;
using SafeSwitch.OnnxRuntime.Batching;
using SafeSwitch.Settings;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>
/// Runs rows through a model, once each, and keeps the states that training needs. Rows are taken in the order of their
/// tokens, so that each reuses the cache and the states of what it shares with the row before: template, system prompt and
/// wrapper are run once for all rows that begin with them.
/// </summary>
/// <param name="model">The model; it must export the layers asked for.</param>
/// <param name="fingerprint">What the states depend on besides layers and rows: the decoder, see <see cref="DecoderFingerprint"/>. States
/// of two decoders don't mix in one folder.</param>
/// <param name="options">What to keep; <see langword="null"/> for the defaults.</param>
public sealed class StateCollector(ILanguageModel model, string fingerprint, CollectionOptions? options = null)
{
    private readonly CollectionOptions options = options ?? new CollectionOptions();

    /// <summary>Which part of the work this run does, from 1, and of how many.</summary>
    /// <value>The default is all of it.</value>
    public (int Part, int Of) Shard { get; init; } = (1, 1);

    /// <summary>Whether an answer refuses; rows are labelled by it.</summary>
    /// <value>The default is <see cref="RefusalMatcher.IsRefusal"/>.</value>
    public Func<string, bool> IsRefusal { get; init; } = RefusalMatcher.IsRefusal;

    /// <summary>Bytes free where a folder is or will be.</summary>
    internal Func<string, long> FreeBytes { get; init; } = DiskSpace.Free;

    /// <summary>
    /// Collects rows into a folder that <see cref="StateStore"/> opens. Rows already collected with the same settings are skipped, so an
    /// interrupted run resumes.
    /// </summary>
    /// <param name="requests">The rows; every key once.</param>
    /// <param name="folder">The folder; made if absent.</param>
    /// <param name="progress">Receives what will be written, then how far it is, in prompt tokens.</param>
    /// <param name="cancellationToken">Ends the run between two calls of the model; rows that are complete are written.</param>
    /// <exception cref="SettingsException">The options or the shard can't be used.</exception>
    /// <exception cref="DataException">The model lacks a layer, the folder holds states of something else, another process collects this part, or the disk is too small.</exception>
    public async Task<CollectionSummary> CollectAsync(
        IReadOnlyList<CollectionRequest> requests,
        string folder,
        IProgress<BuildProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        DeclaredRanges.ThrowIfInvalid(options);
        CheckShard(Shard);
        if (requests.GroupBy(r => r.Row.Key, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new DataException($"Row '{twice.Key}' is asked for {twice.Count()} times, expected once.");
        var setup = new CollectionSetup(options, LayerNames.Choose(model.Info, options.Layers), IsRefusal, Shard);
        var description = new CollectionDescription
        {
            Model = model.Info.Name,
            Fingerprint = fingerprint,
            Width = model.Info.HiddenSize,
            Layers = setup.Layers,
            Keep = options.Keep,
        };
        description.Check(folder);
        var problems = new List<DataProblem>();
        var encoded = Encode(requests, problems, progress, cancellationToken);

        // Parts are cut from all rows, collected or not: otherwise two runs of one part would differ.
        var part = CollectionOrder.Arrange(encoded, Shard);
        using var claim = StatesLock.ForPart(folder, Shard);
        var existing = Existing(folder, requests);
        var left = part.Where(r => !existing.Contains(r.Request.Row.Key)).ToList();
        var bytes = DiskSpace.Needed(left, setup, model.Info.HiddenSize);
        var free = FreeBytes(folder);
        progress?.Report(new BuildProgress(
            "render", encoded.Count, requests.Count, "rows", Note: $"{left.Count:N0} to collect, up to {DiskSpace.Text(bytes)}; {DiskSpace.Text(free)} are free"));
        DiskSpace.Require(folder, bytes, free);
        Claim(folder, description);

        var meter = new ProgressMeter(progress, "collect", "prompt tokens", part.Sum(r => (double)r.Length));
        meter.Skip(part.Sum(r => (double)r.Length) - left.Sum(r => (double)r.Length));
        if (left.Count == 0)
            return new CollectionSummary(0, part.Count, 0, 0, 0, 0, [], problems);
        var notes = new List<string>();
        var (tokensRun, answerTokens) = await RunAsync(left, setup, description, folder, meter, notes, cancellationToken).ConfigureAwait(false);
        return new CollectionSummary(
            left.Count, part.Count - left.Count, left.Sum(r => (long)r.Length), tokensRun, answerTokens, bytes, notes, problems);
    }

    internal static void CheckShard((int Part, int Of) shard)
    {
        if (shard.Part < 1 || shard.Part > shard.Of)
            throw new SettingsException(nameof(CollectionOptions), [new SettingProblem("shard", $"{shard.Part}/{shard.Of}", "1/n to n/n")]);
    }

    private async Task<(long TokensRun, long AnswerTokens)> RunAsync(
        List<EncodedRow> rows, CollectionSetup setup, CollectionDescription description, string folder, ProgressMeter meter, List<string> notes, CancellationToken cancellationToken)
    {
        var capacity = rows.Max(r => r.Length + Math.Max(r.Request.WithAnswer ? options.AnswerTokens : 0, r.RefusalTokens.Length));
        var session = await model.OpenSessionAsync(
            new DecodingOptions { Capacity = capacity, HiddenStates = setup.Layers }, cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            var batching = await BatchingAsync(rows, notes, cancellationToken).ConfigureAwait(false);
            using var collector = new RowCollector(
                model, session, setup, rows.Max(r => r.Length), begin => batching is null
                    ? new SingleAnswers(session, begin)
                    : new BatchedAnswers(batching, session, setup, capacity, begin));
            var shards = new ShardSeries(folder, description, setup);
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

    /// <summary>The model if it decodes answers at once; if it can't, notes why.</summary>
    private async ValueTask<IBatchingModel?> BatchingAsync(List<EncodedRow> rows, List<string> notes, CancellationToken cancellationToken)
    {
        if (options.AnswersAtOnce < 2 || model is not IBatchingModel batching || rows.Count(r => r.Request.WithAnswer) < 2)
            return null;
        if (await batching.WhyNoBatchAsync(cancellationToken).ConfigureAwait(false) is not { } reason)
            return batching;
        notes.Add($"answers were decoded one at a time: {reason}");
        return null;
    }

    private HashSet<string> Existing(string folder, IReadOnlyList<CollectionRequest> requests)
    {
        using var files = StatesLock.ForCommonFiles(folder);
        return ExistingRows.Keep(folder, requests, IsRefusal);
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
}

/// <summary>What one run of the collector did.</summary>
/// <param name="Rows">Rows collected.</param>
/// <param name="Existing">Rows that an earlier run had collected.</param>
/// <param name="PromptTokens">Prompt tokens of the rows collected.</param>
/// <param name="TokensRun">Of those, the tokens that the model had to run; the others were a prefix of the row before.</param>
/// <param name="AnswerTokens">Answer tokens decoded.</param>
/// <param name="Bytes">Bytes that the run was to write at most, as reported before it began.</param>
/// <param name="Notes">What people may want to know about how it ran.</param>
/// <param name="Problems">Rows that could not be collected, and why.</param>
public sealed record CollectionSummary(
    int Rows, int Existing, long PromptTokens, long TokensRun, long AnswerTokens, long Bytes, IReadOnlyList<string> Notes, IReadOnlyList<DataProblem> Problems);
