using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using SafeSwitch.Settings;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Training.Rows;

/// <summary>A text around a request.</summary>
/// <param name="Id">Name of the wrapper.</param>
/// <param name="Text">The text, with <c>{prompt}</c> where the request goes.</param>
/// <param name="Split">The split of everything inside it.</param>
internal sealed record Wrapper(string Id, string Text, string Split);

/// <summary>Reads wrappers.</summary>
internal static class WrapperFile
{
    public const string Placeholder = "{prompt}";

    /// <summary>Reads groups of wrappers, or published frames as JSON lines.</summary>
    /// <exception cref="RecipeException">The file is malformed, or a wrapper has no place for a request.</exception>
    public static IReadOnlyList<Wrapper> Read(string path)
    {
        var wrappers = Path.GetExtension(path) == ".jsonl" ? ReadFrames(path) : ReadGroups(path);
        foreach (var wrapper in wrappers)
        {
            if (!wrapper.Text.Contains(Placeholder, StringComparison.Ordinal))
                throw new RecipeException(path, wrapper.Id, "no place for the request", Placeholder);
            if (!DataSplits.IsKnown(wrapper.Split))
                throw new RecipeException(path, wrapper.Id, $"split '{wrapper.Split}'", $"{DataSplits.Train} or {DataSplits.Validation}");
        }

        return wrappers.GroupBy(w => w.Id, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice
            ? throw new RecipeException(path, twice.Key, $"{twice.Count()} wrappers of this id", "every id once")
            : wrappers;
    }

    private static List<Wrapper> ReadGroups(string path)
    {
        try
        {
            var groups = JsonNode.Parse(File.ReadAllText(path), documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true }) as JsonObject
                ?? throw new RecipeException(path, "", "no groups", "groups of wrappers: {\"NAME\": [{\"id\", \"text\", \"split\"}]}");
            groups.Remove(SchemaReference.Field);
            return [.. groups.Deserialize(WrapperJson.Default.DictionaryStringIReadOnlyListWrapper)!.SelectMany(g => g.Value)];
        }
        catch (JsonException e)
        {
            throw new RecipeException(path, e.Path ?? "$", JsonFault.Describe(e), "groups of wrappers", e);
        }
    }

    private static List<Wrapper> ReadFrames(string path)
    {
        var (wrappers, line) = (new List<Wrapper>(), 0);
        foreach (var text in File.ReadLines(path))
        {
            line++;
            if (string.IsNullOrWhiteSpace(text))
                continue;
            try
            {
                var frame = JsonSerializer.Deserialize(text, WrapperJson.Default.Frame)!;
                wrappers.Add(new Wrapper(frame.Id, frame.TextWithPlace(), frame.Split));
            }
            catch (JsonException e)
            {
                throw new RecipeException(path, $"line {line}", e.Message, "a frame: id, template, slot, split", e);
            }
        }

        return wrappers;
    }
}

/// <summary>A published frame: the request takes the slot's place, or follows after an empty line.</summary>
internal sealed record Frame
{
    public required string Id { get; init; }

    public required string Template { get; init; }

    public string? Slot { get; init; }

    public required string Split { get; init; }

    public string TextWithPlace() => Slot is { Length: > 0 } slot && Template.Contains(slot, StringComparison.Ordinal)
        ? Template.Replace(slot, WrapperFile.Placeholder, StringComparison.Ordinal)
        : Template + "\n\n" + WrapperFile.Placeholder;
}

/// <summary>How files of wrappers are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Dictionary<string, IReadOnlyList<Wrapper>>))]
[JsonSerializable(typeof(Frame))]
internal sealed partial class WrapperJson : JsonSerializerContext;
