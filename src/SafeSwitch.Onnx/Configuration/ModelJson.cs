using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Onnx.Configuration;

/// <summary>Reads the JSON files of a model folder, which may come from anywhere and be edited by anyone.</summary>
public static class ModelJson
{
    // A name twice would mean something else to each reader.
    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>The object in a file: UTF-8 with or without a byte-order mark, comments and trailing commas allowed.</summary>
    /// <returns><see langword="null"/> if there is no such file.</returns>
    /// <exception cref="GraphException">It can't be read or isn't a JSON object.</exception>
    public static JsonObject? Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            ReadOnlySpan<byte> text = File.ReadAllBytes(path);
            if (text.StartsWith(ByteOrderMark))
            {
                text = text[ByteOrderMark.Length..];
            }

            if (!Utf8.IsValid(text))
            {
                throw new GraphException(path, "not UTF-8; expected a JSON object in UTF-8.");
            }

            CheckText(text);
            return JsonNode.Parse(text, documentOptions: Options) as JsonObject ?? throw new GraphException(path, "not a JSON object; expected one.");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new GraphException(path, $"not JSON: {e.Message}", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GraphException(path, $"can't be read: {e.Message}", e);
        }
    }

    // The parser lets half of a surrogate pair pass as an escape; whoever reads it as text would meet it, wherever that is.
    private static void CheckText(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { AllowTrailingCommas = Options.AllowTrailingCommas, CommentHandling = Options.CommentHandling });
        while (reader.Read())
        {
            if (reader.ValueIsEscaped)
            {
                _ = reader.GetString();
            }
        }
    }

    /// <summary>What is at a path of names; <see langword="null"/> where something on the way isn't an object.</summary>
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            node = (node as JsonObject)?[name];
        }

        return node;
    }

    /// <summary>Whether a file's name in a configuration stays in the folder of the configuration.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="file"/> is <see langword="null"/>.</exception>
    public static bool IsInside(string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Length > 0 && !file.Contains('\0', StringComparison.Ordinal) && !file.Contains(':', StringComparison.Ordinal)
            && !Path.IsPathRooted(file) && file[0] is not ('/' or '\\') && !file.Split('/', '\\').Contains("..");
    }
}
