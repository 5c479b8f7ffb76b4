using SafeSwitch.Bundles;
using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Instrumentation.Rewriting;
using SafeSwitch.Onnx.Files;
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

    /// <summary>The adapter's name in the bundle.</summary>
    /// <value>The default is <see cref="AdapterRecord.Refusal"/>.</value>
    public string Name { get; init; } = AdapterRecord.Refusal;

    /// <summary>Whether an adapter of the same name is replaced.</summary>
    /// <value><see langword="false"/>: it is refused, before anything is trained.</value>
    public bool Overwrite { get; init; }

    /// <summary>The texts that refusals came from, to count those that name their topic; <see langword="null"/> if unknown.</summary>
    public RefusalTexts? Texts { get; init; }

    /// <summary>Trains, checks and writes.</summary>
    /// <param name="options">How to train; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Receives a report as it goes on.</param>
    /// <param name="cancellationToken">Ends training; nothing is written then.</param>
    /// <exception cref="SettingsException">The options can't be used.</exception>
    /// <exception cref="DataException">The states hold no refusals, or are of another decoder.</exception>
    /// <exception cref="ExistingFileException">There is an adapter of that name.</exception>
    /// <exception cref="IOException">Another process trains an adapter of that name into the folder, or it can't be written.</exception>
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
        using var claim = Claim(decoder);
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

    private List<DataRow> Splits(int seed)
    {
        var splits = new AdapterSplits(store, seed);
        return [.. store.Rows.Select(r => r.Data with { Split = splits.Of(r) })];
    }

    private IDisposable Claim(string decoder)
    {
        if (!PartNames.IsUsable(Name))
            throw new SettingsException(nameof(BundleAdapterTrainer), [new SettingProblem("name", $"'{Name}'", PartNames.Expected)]);
        DecoderFingerprint.Check(store, decoder);
        var path = Path.Combine(folder, AdapterRecord.AdapterOf(Name));
        var claim = WriteLock.Take(path);
        if (Overwrite || !File.Exists(path))
            return claim;
        claim.Dispose();
        throw new ExistingFileException(path, $"a trained adapter; expected a name that no adapter has, '{Name}' has one.");
    }

    private async Task<AdapterRecord> WriteAsync(
        OrtHead baseHead, LoraWeights weights, ElementType type, AdapterReport report, AdapterTrainingOptions options, IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
    {
        var file = AdapterRecord.AdapterOf(Name);
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
                Splits(options.Seed), Texts, options.Seed, progress, cancellationToken).ConfigureAwait(false);
            File.Move(candidate, path, overwrite: true);
            var record = new AdapterRecord
            {
                Description = new AdapterDescription
                {
                    Name = Name,
                    File = file,
                    Sha256 = DataFile.Sha256(path),
                    Rank = options.Rank,
                    TrainedRows = UsedRows.Of(AdapterTrainer.TrainedRows(store, options).Select(r => (r, RowUse.Trained))).WriteTo(folder, AdapterRecord.TrainedFileOf(Name)),
                },
                Training = options with { Threads = 0 },
                States = store.Description.Fingerprint,
                Report = report,
                Quality = quality,
            };
            SettingsFile.Write(Path.Combine(folder, AdapterRecord.FileOf(Name)), record);
            return record;
        }
        finally
        {
            File.Delete(candidate);
        }
    }
}
