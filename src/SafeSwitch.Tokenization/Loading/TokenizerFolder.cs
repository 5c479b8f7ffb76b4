using SafeSwitch.Tokenization.Json;

namespace SafeSwitch.Tokenization.Loading;

/// <summary>What a model folder says beside its <c>tokenizer.json</c>.</summary>
internal sealed record TokenizerFolder(TemplateSource? Template, IReadOnlyDictionary<string, string> SpecialTokens, IReadOnlySet<string> FlaggedTokens)
{
    public static TokenizerFolder Read(string folder)
    {
        var config = ReadOptional(Path.Combine(folder, "tokenizer_config.json"));
        var map = ReadOptional(Path.Combine(folder, "special_tokens_map.json"));
        Dictionary<string, string> specialTokens = new(StringComparer.Ordinal);
        // The configuration wins; the map fills in what it leaves out.
        foreach (var source in (JsonCursor?[])[map, config])
        {
            if (source is { } json)
            {
                foreach (var (name, value) in json.Properties())
                {
                    if (name.EndsWith("_token", StringComparison.Ordinal) && TokenText(value) is { } text)
                        specialTokens[name] = text;
                }
            }
        }

        return new TokenizerFolder(ReadTemplate(folder, config), specialTokens, ReadFlagged(map, config));
    }

    /// <summary>Tokens that a file beside <c>tokenizer.json</c> calls special, whatever that one says.</summary>
    private static HashSet<string> ReadFlagged(JsonCursor? map, JsonCursor? config)
    {
        HashSet<string> flagged = new(StringComparer.Ordinal);
        foreach (var source in (JsonCursor?[])[map, config])
        {
            if (source?.Optional("additional_special_tokens") is { IsArray: true } list)
                flagged.UnionWith(list.Items().Select(TokenText).OfType<string>());
        }

        if (config?.Optional("added_tokens_decoder") is { IsObject: true } added)
        {
            foreach (var (_, token) in added.Properties())
            {
                if (token.IsObject && token.Optional("special").Bool(fallback: false) && TokenText(token) is { } text)
                    flagged.Add(text);
            }
        }

        return flagged;
    }

    private static string? TokenText(JsonCursor token) =>
        token.IsString ? token.String() : token.IsObject ? token.Optional("content").StringOrNull() : null;

    private static TemplateSource? ReadTemplate(string folder, JsonCursor? config)
    {
        var file = Path.Combine(folder, "chat_template.jinja");
        if (File.Exists(file))
            return new TemplateSource(ReadText(file), file);
        file = Path.Combine(folder, "chat_template.json");
        var json = ReadOptional(file)?.Optional("chat_template");
        if (json is not { IsNull: false })
        {
            file = Path.Combine(folder, "tokenizer_config.json");
            json = config?.Optional("chat_template");
        }

        return json is { IsNull: false } template ? new TemplateSource(Choose(template), file) : null;
    }

    /// <summary>Some folders name several templates; the one called <c>default</c> is meant where none is asked for.</summary>
    private static string Choose(JsonCursor template)
    {
        if (!template.IsArray)
            return template.String();
        foreach (var item in template.Items())
        {
            if (item.Required("name").String() == "default")
                return item.Required("template").String();
        }

        throw template.Error("names several templates but none called 'default'");
    }

    private static JsonCursor? ReadOptional(string path) => File.Exists(path) ? JsonCursor.ReadFile(path) : null;

    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TokenizerFormatException(path, "", $"cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>A chat template as written, and the file that it is from.</summary>
internal sealed record TemplateSource(string Text, string Name);
