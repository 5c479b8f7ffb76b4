using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.OnnxRuntime;
using SafeSwitch.OnnxRuntime.Prompts;
using SafeSwitch.OnnxRuntimeGenAI.Adapters;
using SafeSwitch.OnnxRuntimeGenAI.Decoding;
using SafeSwitch.OnnxRuntimeGenAI.Diagnostics;
using SafeSwitch.OnnxRuntimeGenAI.Interop;

namespace SafeSwitch.OnnxRuntimeGenAI.Loading;

/// <summary>Loads a model folder with its adapters, collecting every problem.</summary>
internal sealed class ModelLoader(OnnxRuntimeGenAIOptions options, ILogger logger, List<BundleProblem> problems)
{
    private const string HiddenStatesPrefix = "hidden_states";

    /// <param name="folder">The model's folder, as a full path.</param>
    /// <param name="graph">The graph's file in it; <see langword="null"/> for the one that the configuration names.</param>
    /// <param name="adapters">Files of the adapters by name, relative to the folder.</param>
    /// <param name="expected">What a manifest says about the decoder.</param>
    /// <returns><see langword="null"/> if something does not fit; the reasons are then among the problems.</returns>
    public GenAIModel? Load(string folder, string? graph, IReadOnlyDictionary<string, string> adapters, DecoderDescription? expected = null)
    {
        var config = GenAIConfigReader.Read(folder, problems);
        var tokenizer = PromptTokenizer.Load(folder, problems);
        graph ??= config?.DecoderFile;
        if (graph is null || ReadSignature(folder, graph) is not { } signature)
            return null;
        AdapterChecks.Check(folder, adapters.Values, graph, signature, problems);
        if (config is null)
            return null;
        var info = Describe(folder, config, signature, adapters.Keys);
        if (expected is not null)
            OnnxRuntimeBackend.CheckManifest(expected, info, problems);
        if (tokenizer is null || problems.Count > 0)
            return null;

        try
        {
            return Create(folder, graph, config, signature, adapters, info, tokenizer);
        }
        catch (OnnxRuntimeGenAIException e)
        {
            problems.Add(new BundleProblem(GenAIConfig.FileName, "", e.Message, "a model that ONNX Runtime GenAI loads"));
            return null;
        }
    }

    private static LanguageModelInfo Describe(string folder, GenAIConfig config, GraphSignature signature, IEnumerable<string> adapters) => new()
    {
        Name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder)),
        Backend = OnnxRuntimeGenAIBackend.BackendName,
        VocabularySize = config.VocabularySize,
        HiddenSize = config.HiddenSize,
        ContextLength = config.ContextLength,
        EndTokens = config.EndTokens,
        HiddenStates = [.. signature.Outputs.Keys.Where(IsHiddenState)],
        Adapters = [.. adapters],
    };

    private GenAIModel Create(
        string folder,
        string graph,
        GenAIConfig config,
        GraphSignature signature,
        IReadOnlyDictionary<string, string> adapters,
        LanguageModelInfo info,
        PromptTokenizer tokenizer)
    {
        var handle = CreateModel(folder, graph, config);
        AdapterSet? set = null;
        try
        {
            var device = ReadDevice(handle);
            var gate = signature.Inputs.GetValueOrDefault(GateAdapter.Parameter)?.ElementType;
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

    private GraphSignature? ReadSignature(string folder, string graph)
    {
        try
        {
            return GraphSignature.Read(Path.Combine(folder, graph));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            problems.Add(new BundleProblem(graph, "", "no such file", "the decoder's graph"));
        }
        catch (InvalidDataException e)
        {
            problems.Add(new BundleProblem(graph, "", e.Message, "an ONNX model"));
        }

        return null;
    }

    private static bool IsHiddenState(string output) =>
        output == HiddenStatesPrefix || output.StartsWith(HiddenStatesPrefix + ".", StringComparison.Ordinal);

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
