using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>What <c>| …</c> can apply.</summary>
internal static class Filters
{
    public delegate object? Filter(RenderContext context, object? value, CallArguments arguments);

    private static readonly Dictionary<string, Filter> All =
        new(((IEnumerable<KeyValuePair<string, Filter>>)[.. TextFilters.All, .. SequenceFilters.All, .. SelectionFilters.All, .. ValueFilters.All]), StringComparer.Ordinal);

    public static Filter Find(string name) => All.TryGetValue(name, out var filter) ? filter : throw new TemplateFault($"No filter named '{name}'.");

    public static bool Exists(string name) => All.ContainsKey(name);
}
