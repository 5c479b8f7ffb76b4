using System.Text.Json;

namespace SafeSwitch.Training.Rows;

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
