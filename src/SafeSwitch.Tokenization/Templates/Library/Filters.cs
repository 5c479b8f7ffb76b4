using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>What <c>| …</c> can apply.</summary>
internal static class Filters
{
    public delegate object? Filter(RenderContext context, object? value, CallArguments arguments);

    private static readonly Dictionary<string, Filter> All =
        new(((IEnumerable<KeyValuePair<string, Filter>>)[.. TextFilters.All, .. SequenceFilters.All, .. SelectionFilters.All, .. ValueFilters.All]), StringComparer.Ordinal);

    /// <summary>The filter of a name that was computed, such as the argument of <c>map</c>.</summary>
    public static Filter Find(object? name) => name is MarkedText text ? Find(text.Value) : Find(PythonRepr.Of(name));

    public static Filter Find(string name) => All.TryGetValue(name, out var filter) ? filter : throw new TemplateFault($"No filter named '{name}'.");

    public static bool Exists(string name) => All.ContainsKey(name);
}
