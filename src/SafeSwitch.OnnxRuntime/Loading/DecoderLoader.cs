using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Loading;

/// <summary>Loads a decoder graph with its adapters, collecting every problem.</summary>
internal static class DecoderLoader
{
    /// <param name="folder">The model's folder.</param>
    /// <param name="graph">The graph's file in it; <see langword="null"/> for the one that the configuration names.</param>
    /// <param name="adapters">Files of the adapters by name, relative to the folder.</param>
    /// <param name="config">What the configuration says.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="problems">Where what does not fit is listed.</param>
    /// <returns><see langword="null"/> if the graph is unusable.</returns>
    public static Decoder? Load(
        string folder,
        string? graph,
        IReadOnlyDictionary<string, string> adapters,
        GenAIConfig config,
        OnnxRuntimeOptions options,
        ICollection<BundleProblem> problems)
    {
        var file = graph ?? config.DecoderFile;
        var path = Path.Combine(folder, file);
        if (GraphLoader.Load(path, file, () => ExecutionProvider.CreateOptions(options, config), problems) is not { } session)
            return null;

        GraphOutline outline;
        try
        {
            outline = GraphOutline.Read(path);
        }
        catch (GraphException e)
        {
            session.Dispose();
            problems.Add(new BundleProblem(file, "", e.Problem, "an ONNX graph"));
            return null;
        }

        // Inputs and outputs look the same whether or not the attention appends to its cache in place.
        var appendsInPlace = config.SharesCache && outline.Operators.Contains("GroupQueryAttention");
        if (new DecoderLayoutReader(file, config, session, problems).Read(appendsInPlace) is not { } layout)
        {
            session.Dispose();
            return null;
        }

        var loaded = new Dictionary<string, Adapter>(StringComparer.Ordinal);
        foreach (var (name, adapterFile) in adapters)
        {
            if (AdapterFile.Read(Path.Combine(folder, adapterFile), adapterFile, outline, file, config.HiddenSize, config.VocabularySize, problems) is { } adapter)
            {
                loaded.Add(name, new Adapter(adapter));
            }
        }

        // A growing cache is moved by the host when the sequence is rewound, and ONNX Runtime copies it to a device as it needs. A shared
        // one is where its attention runs: on a device, ONNX Runtime has none for 32-bit numbers and runs it on the CPU.
        var isOnDevice = layout.Cache.IsShared && layout.Cache.Past.All(layout.DeviceInputs.Contains);
        var memory = isOnDevice ? ExecutionProvider.CreateDeviceMemory(options, session) : CacheMemory.Host();
        return new Decoder(typeof(OnnxLanguageModel), session, layout, loaded, new CachePool(layout.Cache, memory, options.IdleCacheBytes));
    }
}
