using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.OnnxRuntime.Prompts;
using SafeSwitch.OnnxRuntimeGenAI.Adapters;
using SafeSwitch.OnnxRuntimeGenAI.Decoding;
using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Loading;

/// <summary>Loads a model folder with its adapters, collecting every problem.</summary>
internal sealed class ModelLoader(OnnxRuntimeGenAIOptions options, ILogger logger, ICollection<BundleProblem> problems)
{
    /// <param name="folder">The model's folder, as a full path.</param>
    /// <param name="graph">The graph's file in it; <see langword="null"/> for the one that the configuration names.</param>
    /// <param name="adapters">Files of the adapters by name, relative to the folder.</param>
    /// <returns><see langword="null"/> if something does not fit; the reasons are then among the problems.</returns>
    public GenAIModel? Load(string folder, string? graph, IReadOnlyDictionary<string, string> adapters)
    {
        var before = problems.Count;
        var config = GenAIConfig.Read(folder, problems);
        var tokenizer = PromptTokenizer.Load(folder, config?.ContextLength ?? int.MaxValue, problems);
        graph ??= config?.DecoderFile;
        if (config is null || graph is null || ReadOutline(folder, graph) is not { } outline)
        {
            return null;
        }

        foreach (var file in adapters.Values)
        {
            AdapterFile.Read(Path.Combine(folder, file), file, outline, graph, config.HiddenSize, config.VocabularySize, problems);
        }

        if (tokenizer is null || problems.Count > before)
        {
            return null;
        }

        try
        {
            return Create(folder, graph, config, outline, adapters, tokenizer);
        }
        catch (OnnxRuntimeGenAIException e)
        {
            problems.Add(new BundleProblem(GenAIConfig.FileName, "", e.Message, "a model that ONNX Runtime GenAI loads"));
            return null;
        }
    }

    private static LanguageModelInfo Describe(string folder, GenAIConfig config, GraphOutline outline, IEnumerable<string> adapters) => new()
    {
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)),
        Backend = OnnxRuntimeGenAIBackend.BackendName,
        VocabularySize = config.VocabularySize,
        HiddenSize = config.HiddenSize,
        ContextLength = config.ContextLength,
        EndTokens = config.EndTokens,
        HiddenStates = [.. outline.Outputs.Keys.Where(GraphNames.IsHiddenState)],
        Adapters = [.. adapters],
    };

    private GenAIModel Create(
        string folder,
        string graph,
        GenAIConfig config,
        GraphOutline outline,
        IReadOnlyDictionary<string, string> adapters,
        PromptTokenizer tokenizer)
    {
        var info = Describe(folder, config, outline, adapters.Keys);
        var handle = CreateModel(folder, graph, config);
        AdapterSet? set = null;
        try
        {
            var device = ReadDevice(handle);
            var gate = outline.Slots.GetValueOrDefault(GraphNames.LoraGate)?.Type;
            set = AdapterSet.Load(handle, adapters.ToDictionary(a => a.Key, a => Path.Combine(folder, a.Value)), gate);
            var native = new NativeModel(handle, set, Device.Appends(device) && !options.NeverAppends);

            // Much of the configuration is only looked at when a sequence is run: better now than at the first request.
            using (var trial = native.CreateGenerator(capacity: 1))
                trial.Run([info.EndTokens[0]], new float[info.VocabularySize]);
            Log.Loaded(logger, info.Name, ReadType(handle), device);
            return new GenAIModel(native, info, tokenizer, logger);
        }
        catch
        {
            set?.Dispose();
            handle.Dispose();
            throw;
        }
    }

    private ModelHandle CreateModel(string folder, string graph, GenAIConfig config)
    {
        using var native = NativeResult.Check(NativeMethods.OgaCreateConfig(folder, out var created), created);
        NativeResult.Check(NativeMethods.OgaConfigOverlay(native, ConfigOverlay.Build(graph, config, options)));
        if (options.ExecutionProvider is { } provider)
        {
            NativeResult.Check(NativeMethods.OgaConfigClearProviders(native));
            if (provider != OnnxRuntimeGenAIOptions.Cpu)
                NativeResult.Check(NativeMethods.OgaConfigAppendProvider(native, provider));
            foreach (var (key, value) in options.ProviderOptions)
                NativeResult.Check(NativeMethods.OgaConfigSetProviderOption(native, provider, key, value));
        }

        return NativeResult.Check(NativeMethods.OgaCreateModelFromConfig(native, out var model), model);
    }

    private GraphOutline? ReadOutline(string folder, string graph)
    {
        try
        {
            return GraphOutline.Read(Path.Combine(folder, graph));
        }
        catch (GraphException e)
        {
            problems.Add(new BundleProblem(graph, "", e.Problem, "the decoder's graph"));
            return null;
        }
    }

    private static unsafe string ReadType(ModelHandle model)
    {
        NativeResult.Check(NativeMethods.OgaModelGetType(model, out var text));
        return TakeString(text);
    }

    private static unsafe string ReadDevice(ModelHandle model)
    {
        NativeResult.Check(NativeMethods.OgaModelGetDeviceType(model, out var text));
        return TakeString(text);
    }

    private static unsafe string TakeString(byte* text)
    {
        var value = Marshal.PtrToStringUTF8((nint)text) ?? "";
        NativeMethods.OgaDestroyString(text);
        return value;
    }
}
