using SafeSwitch.Bundles;
using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Instrumentation.Rewriting;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Adapters;

/// <summary>Trains the refusal adapter on a store and puts it into a bundle once ONNX Runtime gives the logits that were trained for.</summary>
/// <param name="store">The states.</param>
/// <param name="decoderFolder">The instrumented decoder that they are of.</param>
/// <param name="folder">The bundle's folder.</param>
/// <param name="progress">Told how far it is.</param>
internal sealed class AdapterTask(StateStore store, string decoderFolder, string folder, IProgress<BuildProgress>? progress = null)
{
    // Beside the weights that it names; gone when training ends.
    private const string HeadFile = ".head.onnx";

    /// <summary>The texts that refusals came from, to count those that name their topic; <see langword="null"/> if unknown.</summary>
    public RefusalTexts? Texts { get; init; }

    /// <summary>Trains, checks and writes.</summary>
    /// <exception cref="DataException">The states hold no refusals, or are of another width.</exception>
    /// <exception cref="GraphException">The head can't be trained through.</exception>
    /// <exception cref="SafeSwitchException">The decoder does something else with the adapter than was trained; nothing was written.</exception>
    public async Task<AdapterRecord> TrainAsync(AdapterTrainingOptions options, CancellationToken cancellationToken)
    {
        var head = HeadGraph.Cut(ModelFolder.Open(decoderFolder).Graph, Path.Combine(decoderFolder, HeadFile));
        try
        {
            using var baseHead = new OrtHead(head, options.Threads);
            var (weights, report) = new AdapterTrainer(baseHead, options).Train(store, progress, cancellationToken);
            return await WriteAsync(baseHead, weights, head.AdapterType, report, options, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            File.Delete(head.Path);
        }
    }

    private async Task<AdapterRecord> WriteAsync(
        OrtHead baseHead, LoraWeights weights, ElementType type, AdapterReport report, AdapterTrainingOptions options, CancellationToken cancellationToken)
    {
        var file = AdapterRecord.AdapterOf(AdapterRecord.Refusal);
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Until it is checked it has another name: a bundle's adapter is never replaced by one that is wrong.
        var candidate = path + ".unchecked";
        try
        {
            LoraFile.Of(weights, type).Save(candidate);
            var check = new AdapterCheck(decoderFolder, candidate, options.Threads);
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
            record.Write(Path.Combine(folder, AdapterRecord.FileOf(AdapterRecord.Refusal)));
            return record;
        }
        finally
        {
            File.Delete(candidate);
        }
    }
}
