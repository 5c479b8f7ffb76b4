using System.Text.Json;
using System.Text.Json.Serialization;
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

    public static IReadOnlyList<Wrapper> Read(string path)
    {
        Dictionary<string, IReadOnlyList<Wrapper>>? groups;
        try
        {
            groups = JsonSerializer.Deserialize(File.ReadAllText(path), WrapperJson.Default.DictionaryStringIReadOnlyListWrapper);
        }
        catch (JsonException e)
        {
            throw new RecipeException(path, e.Path ?? "$", e.Message, "groups of wrappers", e);
        }

        var wrappers = (groups ?? []).SelectMany(g => g.Value).ToList();
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
}

/// <summary>How files of wrappers are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Dictionary<string, IReadOnlyList<Wrapper>>))]
internal sealed partial class WrapperJson : JsonSerializerContext;
