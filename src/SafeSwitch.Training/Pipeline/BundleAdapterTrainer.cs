using SafeSwitch.Bundles;
using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Instrumentation.Rewriting;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.Settings;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Pipeline;

/// <summary>Trains the refusal adapter on collected states and puts it into a folder once ONNX Runtime gives the logits that were trained for.</summary>
/// <param name="store">The states; some rows were collected with refusals.</param>
/// <param name="folder">The folder that the adapter goes to.</param>
public sealed class BundleAdapterTrainer(StateStore store, string folder)
{
    // Beside the weights that it names; gone when training ends.
    private const string HeadFile = ".head.onnx";

    /// <summary>The instrumented decoder that the states are of.</summary>
    /// <value><see langword="null"/>: the one in the folder that the adapter goes to.</value>
    public string? DecoderFolder { get; init; }

    /// <summary>The texts that refusals came from, to count those that name their topic; <see langword="null"/> if unknown.</summary>
    public RefusalTexts? Texts { get; init; }

    /// <summary>Trains, checks and writes.</summary>
    /// <param name="options">How to train; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Receives a report as it goes on.</param>
    /// <param name="cancellationToken">Ends training; nothing is written then.</param>
    /// <exception cref="SettingsException">The options can't be used.</exception>
    /// <exception cref="DataException">The states hold no refusals, or are of another width.</exception>
    /// <exception cref="GraphException">The head can't be trained through.</exception>
    /// <exception cref="SafeSwitchException">The decoder does something else with the adapter than was trained; nothing was written.</exception>
    public async Task<AdapterRecord> TrainAsync(
        AdapterTrainingOptions? options = null, IProgress<BuildProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        DeclaredRanges.ThrowIfInvalid(options ??= new AdapterTrainingOptions());
        if (!store.Rows.Any(r => r.RefusalTokens > 0))
        {
            throw new DataException("The states hold no refusals, expected rows collected with one: texts by kind of harm, or rows that bring their own.")
            {
                StepToRun = BuildStep.Collect,
            };
        }

        var decoder = DecoderFolder ?? folder;
        var head = HeadGraph.Cut(ModelFolder.Open(decoder).Graph, Path.Combine(decoder, HeadFile));
        try
        {
            using var baseHead = new OrtHead(head, options.ThreadCount);
            var (weights, report) = new AdapterTrainer(baseHead, options).Train(store, progress, cancellationToken);
            return await WriteAsync(baseHead, weights, head.AdapterType, report, options, progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(head.Path);
        }
    }

    private async Task<AdapterRecord> WriteAsync(
        OrtHead baseHead, LoraWeights weights, ElementType type, AdapterReport report, AdapterTrainingOptions options, IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
    {
        var file = AdapterRecord.AdapterOf(AdapterRecord.Refusal);
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Until it is checked it has another name: a bundle's adapter is never replaced by one that is wrong.
        var candidate = path + ".unchecked";
        try
        {
            LoraFile.Of(weights, type).Save(candidate);
            var check = new AdapterCheck(DecoderFolder ?? folder, candidate, options.ThreadCount);
            await check.CompareLogitsAsync(baseHead, weights, cancellationToken).ConfigureAwait(false);
            var quality = await check.RefuseAsync(
                [.. store.Rows.Select(r => r.Data)], Texts, options.Seed, progress, cancellationToken).ConfigureAwait(false);
            File.Move(candidate, path, overwrite: true);
            var record = new AdapterRecord
            {
                Description = new AdapterDescription
                {
                    Name = AdapterRecord.Refusal,
                    File = file,
                    Sha256 = DataFile.Sha256(path),
                    Rank = options.Rank,
                },
                Training = options with { Threads = 0 },
                States = store.Description.Fingerprint,
                Report = report,
                Quality = quality,
            };
            SettingsFile.Write(Path.Combine(folder, AdapterRecord.FileOf(AdapterRecord.Refusal)), record);
            return record;
        }
        finally
        {
            File.Delete(candidate);
        }
    }
}
