using SafeSwitch.OnnxRuntime.Probes;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.OnnxRuntime.Batching;
using SafeSwitch.OnnxRuntime.Decoding;
using SafeSwitch.OnnxRuntime.Loading;
using SafeSwitch.OnnxRuntime.Prompts;
using SafeSwitch.OnnxRuntime.Scheduling;

namespace SafeSwitch.OnnxRuntime;

/// <summary>
/// A decoder on ONNX Runtime, from a folder in the ONNX Runtime GenAI layout. A session that is alone
/// completes its verbs synchronously, on the caller's thread; several share the machine (<see cref="OnnxRuntimeOptions.MaxBatchRows"/>).
/// </summary>
public sealed class OnnxLanguageModel : IBatchingModel
{
    private readonly Decoder decoder;
    private readonly Scheduler? scheduler;

    internal OnnxLanguageModel(string name, GenAIConfig config, Decoder decoder, IPromptTokenizer tokenizer, OnnxRuntimeOptions options)
    {
        this.decoder = decoder;
        Tokenizer = tokenizer;
        Info = new LanguageModelInfo
        {
            Name = name,
            Backend = OnnxRuntimeBackend.BackendName,
            VocabularySize = config.VocabularySize,
            HiddenSize = config.HiddenSize,
            ContextLength = config.ContextLength,
            EndTokens = config.EndTokens,
            HiddenStates = [.. decoder.Layout.HiddenStates.Select(h => h.Name)],
            Adapters = [.. decoder.Adapters.Keys],
        };
        if (options.MaxBatchRows == 1)
            return;

        // Sessions complete synchronously as long as there is no scheduler.
        var whyNot = BatchProbe.WhyNotAsync(decoder, this, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        Info = Info with { MaxBatchRows = whyNot is null ? options.MaxBatchRows : 1, WhyNoBatch = whyNot };
        if (whyNot is not null)
            return;
        scheduler = new Scheduler(decoder, new SchedulerLimits(
            options.MaxBatchRows,
            options.CacheBytes ?? (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2),
            options.IdleCacheBytes,
            options.MaxWaitingSequences,
            options.MaxWait,
            options.MaxPromptTokensPerStep));
        decoder.Attach(scheduler);
    }

    /// <inheritdoc/>
    public LanguageModelInfo Info { get; }

    /// <inheritdoc/>
    public IPromptTokenizer Tokenizer { get; }

    internal Decoder Decoder => decoder;

    internal Scheduler? Scheduler => scheduler;

    /// <summary>Caches in the hands of sessions.</summary>
    internal int OpenCaches => decoder.CachePool.Rented + (scheduler?.Seated ?? 0);

    /// <summary>Loads a model folder, whether or not it is a bundle.</summary>
    /// <param name="folder">The folder, with <c>genai_config.json</c> in it.</param>
    /// <param name="graph">Another graph of the folder's than the configuration names, such as the training graph.</param>
    /// <param name="adapters">Files of adapters by the name that sessions know them by; paths are relative to the folder.</param>
    /// <param name="options">How to run it; <see langword="null"/> for the defaults.</param>
    /// <exception cref="BundleException">Something is missing or does not fit; every problem found is listed.</exception>
    public static OnnxLanguageModel Load(
        string folder,
        string? graph = null,
        IReadOnlyDictionary<string, string>? adapters = null,
        OnnxRuntimeOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        folder = Path.GetFullPath(folder);
        var problems = new List<BundleProblem>();
        var model = Load(folder, graph, adapters ?? new Dictionary<string, string>(), options ?? new OnnxRuntimeOptions(), problems);
        if (problems.Count == 0)
            return model!;
        model?.decoder.Dispose();
        throw new BundleException(folder, problems);
    }

    /// <summary>Loads as much as can be loaded, so that all problems come to light in one go.</summary>
    internal static OnnxLanguageModel? Load(
        string folder,
        string? graph,
        IReadOnlyDictionary<string, string> adapters,
        OnnxRuntimeOptions options,
        ICollection<BundleProblem> problems)
    {
        OrtStart.Ensure();
        var config = GenAIConfig.Read(folder, problems);
        var tokenizer = PromptTokenizer.Load(folder, config?.ContextLength ?? int.MaxValue, problems);
        if (config is null || DecoderLoader.Load(folder, graph, adapters, config, options, problems) is not { } decoder)
            return null;
        if (tokenizer is not null)
            return new OnnxLanguageModel(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), config, decoder, tokenizer, options);
        decoder.Dispose();
        return null;
    }

    /// <inheritdoc/>
    public ValueTask<DecodingSession> OpenSessionAsync(DecodingOptions options, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(new DecodingSession(Info, options, Open));
    }

    /// <inheritdoc/>
    public async ValueTask<string?> WhyNoBatchAsync(CancellationToken cancellationToken = default) =>
        await BatchProbe.WhyNotAsync(decoder, this, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public IDecodingBatch OpenBatch(BatchOptions options) => BatchRunner.Open(decoder, options);

    /// <summary>Admits no further sessions. Those that are open stay usable; the graph is unloaded with the last of them.</summary>
    public ValueTask DisposeAsync()
    {
        decoder.Dispose();
        return ValueTask.CompletedTask;
    }

    private ISequenceRunner Open(DecodingOptions options)
    {
        decoder.Acquire();
        try
        {
            return scheduler is not null ? new ScheduledSequence(scheduler, decoder, options) : new SequenceRunner(decoder, options);
        }
        catch
        {
            decoder.Release();
            throw;
        }
    }
}
