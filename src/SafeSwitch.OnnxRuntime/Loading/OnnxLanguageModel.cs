using SafeSwitch.OnnxRuntime.Probes;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.OnnxRuntime.Batching;
using SafeSwitch.OnnxRuntime.Decoding;
using SafeSwitch.OnnxRuntime.Loading;
using SafeSwitch.OnnxRuntime.Prompts;

namespace SafeSwitch.OnnxRuntime;

/// <summary>
/// A decoder on ONNX Runtime, from a folder in the ONNX Runtime GenAI layout. Sessions complete their verbs synchronously, on
/// the caller's thread.
/// </summary>
public sealed class OnnxLanguageModel : IBatchingModel
{
    private readonly Decoder decoder;

    internal OnnxLanguageModel(string name, GenAIConfig config, Decoder decoder, IPromptTokenizer tokenizer)
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
    }

    /// <inheritdoc/>
    public LanguageModelInfo Info { get; }

    /// <inheritdoc/>
    public IPromptTokenizer Tokenizer { get; }

    internal Decoder Decoder => decoder;

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
            return new OnnxLanguageModel(Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)), config, decoder, tokenizer);
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

    private SequenceRunner Open(DecodingOptions options)
    {
        decoder.Acquire();
        try
        {
            return new SequenceRunner(decoder, options);
        }
        catch
        {
            decoder.Release();
            throw;
        }
    }
}
