using SafeSwitch.OnnxRuntime;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>Collects the states of labelled rows from an instrumented model folder, whether or not it is a bundle yet.</summary>
public static class BundleCollector
{
    /// <summary>Collects rows, or goes on where an earlier run was ended; see <see cref="StateCollector"/>.</summary>
    /// <param name="bundle">The folder that <c>safeswitch instrument</c> wrote.</param>
    /// <param name="dataFiles">The files that the rows come from: <c>data.json</c> names them.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="folder">Where the states go; made if absent.</param>
    /// <param name="options">What to collect; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Told how far it is.</param>
    /// <param name="cancellationToken">Ends the run; rows that are complete are written.</param>
    /// <exception cref="SafeSwitchException">The model can't be loaded or lacks a layer, or the folder holds something else.</exception>
    public static async Task<CollectionSummary> CollectAsync(
        string bundle,
        IReadOnlyList<string> dataFiles,
        IReadOnlyList<DataRow> rows,
        string folder,
        BundleCollectorOptions? options = null,
        IProgress<BuildProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataFiles);
        ArgumentNullException.ThrowIfNull(rows);
        options ??= new BundleCollectorOptions();
        var budget = new CollectionBudget(options.Answers, options.Answers, options.Refused);
        var requests = new CollectionPlan(options.Texts, options.Phrasings, options.Seed).Make(rows, _ => budget);
        var model = OnnxLanguageModel.Load(bundle, options: new OnnxRuntimeOptions { IntraOpThreads = options.Threads });
        await using (model.ConfigureAwait(false))
        {
            var collector = new StateCollector(model, new CollectionOptions
            {
                Layers = StateLayers.Choose(model.Info, options.Layers),
                Keep = options.Keep,
                AnswerTokens = options.AnswerTokens,
                AnswersAtOnce = options.AnswersAtOnce,
                PilotTokens = options.PilotTokens,
                IsRefusal = RefusalMatcher.IsRefusal,
                Shard = options.Shard,
                PositionsPerShard = options.Checkpoint,
                Fingerprint = DecoderFingerprint.Of(bundle),
            });
            var summary = await collector.CollectAsync(requests, folder, progress, cancellationToken).ConfigureAwait(false);
            var leftOut = summary.Problems.Select(p => p.File).ToHashSet(StringComparer.Ordinal);
            CollectedData.Record(folder, dataFiles, rows.Where(r => !leftOut.Contains(r.Key)));
            return summary;
        }
    }
}
