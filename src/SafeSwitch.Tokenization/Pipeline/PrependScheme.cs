using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Pipeline;

/// <summary>Where a mark for a space is put in front of a text that has none.</summary>
internal enum PrependScheme { First, Never, Always }

internal static class PrependSchemes
{
    /// <summary>The scheme that a Metaspace part asks for; old files say <c>add_prefix_space</c> instead.</summary>
    public static PrependScheme Read(JsonCursor part)
    {
        var scheme = part.Optional("prepend_scheme");
        if (scheme.IsNull)
            return part.Optional("add_prefix_space").Bool(fallback: true) ? PrependScheme.Always : PrependScheme.Never;
        return scheme.String() switch
        {
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            "always" => PrependScheme.Always,
            var other => throw scheme.Unsupported("prepend scheme", other, "first, never, always"),
        };
    }
}
