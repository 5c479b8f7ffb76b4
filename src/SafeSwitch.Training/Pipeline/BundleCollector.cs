using System.ComponentModel.DataAnnotations;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.Settings;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Pipeline;

/// <summary>Collects the states of labelled rows from an instrumented model folder, whether or not it is a bundle yet.</summary>
/// <param name="modelFolder">The instrumented model's folder.</param>
public sealed class BundleCollector(string modelFolder)
{
    /// <summary>Refusals by kind of harm, for harmful rows that bring none; <see langword="null"/>: only rows that bring one are refused.</summary>
    public RefusalTexts? Texts { get; init; }

    /// <summary>Phrasings of every kind of refusal that are used. A small adapter says few texts fluently, and mixes many.</summary>
    /// <value>The default is 3.</value>
    [Range(1, int.MaxValue)]
    public int Phrasings { get; init; } = 3;

    /// <summary>How many rows of a set are answered and refused.</summary>
    /// <value>The default is every row that can be.</value>
    public Func<string, CollectionBudget> BudgetOf { get; init; } = _ => CollectionBudget.Everything;

    /// <summary>What rows and phrasings are chosen by.</summary>
    /// <value>The default is 1; any number will do.</value>
    public int Seed { get; init; } = 1;

    /// <summary>Which part of the work this run does, from 1, and of how many.</summary>
    /// <value>The default is all of it.</value>
    public (int Part, int Of) Shard { get; init; } = (1, 1);

    /// <summary>Threads of one run of the model; 0 for one per processor.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>Collects rows, or resumes an interrupted run; see <see cref="StateCollector"/>.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="dataFiles">The files that they come from: <c>data.json</c> beside the states names them, with their SHA-256.</param>
    /// <param name="statesFolder">Where the states go; made if absent.</param>
    /// <param name="options">What to collect; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Receives a report as it goes on.</param>
    /// <param name="cancellationToken">Ends the run; rows that are complete are written.</param>
    /// <exception cref="SettingsException">The options can't be used.</exception>
    /// <exception cref="SafeSwitchException">The model can't be loaded or lacks a layer, or the folder holds something else.</exception>
    public async Task<CollectionSummary> CollectAsync(
        IReadOnlyList<DataRow> rows,
        IReadOnlyList<string> dataFiles,
        string statesFolder,
        CollectionOptions? options = null,
        IProgress<BuildProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(dataFiles);
        DeclaredRanges.ThrowIfInvalid(this);
        DeclaredRanges.ThrowIfInvalid(options ??= new CollectionOptions());
        StateCollector.CheckShard(Shard);
        var requests = new CollectionPlan(Texts, Phrasings, Seed).Make(rows, BudgetOf);
        var model = OnnxLanguageModel.Load(
            modelFolder, options: new OnnxRuntimeOptions { IntraOpThreads = Threads > 0 ? Threads : Environment.ProcessorCount });
        await using (model.ConfigureAwait(false))
        {
            var collector = new StateCollector(model, DecoderFingerprint.Of(modelFolder), options) { Shard = Shard };
            var summary = await collector.CollectAsync(requests, statesFolder, progress, cancellationToken).ConfigureAwait(false);
            var leftOut = summary.Problems.Select(p => p.File).ToHashSet(StringComparer.Ordinal);
            CollectedData.Record(statesFolder, dataFiles, rows.Where(r => !leftOut.Contains(r.Key)));
            return summary;
        }
    }
}
