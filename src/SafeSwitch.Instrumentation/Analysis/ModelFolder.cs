using System.Text.Json.Nodes;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>A model on disk: a folder of ONNX Runtime GenAI, an export of the Hub, or one of its graphs.</summary>
public sealed record ModelFolder
{
    /// <summary>The configuration of an export of the Hub.</summary>
    public const string HubConfigFile = "config.json";

    /// <summary>The folder with the configuration and the tokenizer.</summary>
    public required string Folder { get; init; }

    /// <summary>The decoder's graph.</summary>
    public required string Graph { get; init; }

    /// <summary>What <c>genai_config.json</c> says; <see langword="null"/> if there is none.</summary>
    public JsonObject? GenAIJson { get; init; }

    /// <summary>What <c>config.json</c> says; <see langword="null"/> if there is none.</summary>
    public JsonObject? HubConfig { get; init; }

    /// <summary>The folder that the graph's weight files are relative to.</summary>
    public string GraphFolder => Path.GetDirectoryName(Graph)!;

    /// <summary>The output that holds the logits.</summary>
    public string Logits => GenAIJson.At("model", "decoder", "outputs", "logits") is JsonValue name ? name.ToString() : GraphNames.Logits;

    /// <summary>Finds the decoder in a folder; or takes the graph that the path names.</summary>
    /// <exception cref="GraphException">There is no model, more than one, or a configuration that can't be read.</exception>
    public static ModelFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = Path.GetFullPath(path);
        if (File.Exists(path))
            return OpenGraph(path);
        if (!Directory.Exists(path))
            throw new GraphException(path, "no such folder or file; expected a model folder or an .onnx file.");
        var config = ModelJson.Read(Path.Combine(path, GenAIConfig.FileName));
        return new ModelFolder
        {
            Folder = path,
            Graph = FindGraph(path, config),
            GenAIJson = config,
            HubConfig = ModelJson.Read(Path.Combine(path, HubConfigFile)),
        };
    }

    private static ModelFolder OpenGraph(string graph)
    {
        var beside = Path.GetDirectoryName(graph)!;
        var above = Path.GetDirectoryName(beside);
        var folder = new[] { beside, above }.FirstOrDefault(candidate =>
            candidate is not null && (File.Exists(Path.Combine(candidate, GenAIConfig.FileName)) || File.Exists(Path.Combine(candidate, HubConfigFile)))) ?? beside;
        return new ModelFolder
        {
            Folder = folder,
            Graph = graph,
            GenAIJson = ModelJson.Read(Path.Combine(folder, GenAIConfig.FileName)),
            HubConfig = ModelJson.Read(Path.Combine(folder, HubConfigFile)),
        };
    }

    private static string FindGraph(string folder, JsonObject? config)
    {
        if (config.At("model", "decoder", "filename") is JsonValue named)
            return Named(folder, named.ToString());
        foreach (var usual in new[] { "model.onnx", "onnx/model.onnx", "decoder_model.onnx", "onnx/decoder_model.onnx" })
        {
            if (File.Exists(Path.Combine(folder, usual)))
                return Path.Combine(folder, usual);
        }

        var graphs = Directory.EnumerateFiles(folder, "*.onnx", SearchOption.AllDirectories).Take(8).ToList();
        return graphs.Count == 1
            ? graphs[0]
            : throw new GraphException(folder, graphs.Count == 0
                ? "not a model folder: it has neither genai_config.json nor an .onnx file."
                : $"several graphs ({string.Join(", ", graphs.Select(graph => Path.GetRelativePath(folder, graph)))}); name the one to take.");
    }

    private static string Named(string folder, string file) =>
        ModelJson.IsInside(file)
            ? Path.Combine(folder, file)
            : throw new GraphException(Path.Combine(folder, GenAIConfig.FileName), $"'model.decoder.filename' is '{file}'; expected a file inside the model's folder.");
}
