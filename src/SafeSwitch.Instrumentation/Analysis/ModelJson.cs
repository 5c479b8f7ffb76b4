using System.Text.Json;
using System.Text.Json.Nodes;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>Reads the JSON files of a model folder, which may come from anywhere.</summary>
internal static class ModelJson
{
    // A name twice would be told only when it is looked up, by an error that names no file. The rest is what the backends take.
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>The object in a file; <see langword="null"/> if there is no such file.</summary>
    /// <exception cref="GraphException">It is no JSON object.</exception>
    public static JsonObject? Read(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonNode.Parse(File.ReadAllText(path), documentOptions: Options) as JsonObject ?? throw new GraphException(path, "expected a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new GraphException(path, $"not JSON: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GraphException(path, $"can't be read: {exception.Message}", exception);
        }
    }

    /// <summary>What lies at a path of names; <see langword="null"/> where something on the way is no object.</summary>
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            node = (node as JsonObject)?[name];
        return node;
    }
}
