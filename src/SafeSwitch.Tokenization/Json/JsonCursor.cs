using System.Text.Json;

namespace SafeSwitch.Tokenization.Json;

/// <summary>A place in a JSON file that can say, in an error, which file and which place it is.</summary>
internal readonly struct JsonCursor
{
    private readonly JsonElement element;
    private readonly string file;

    private JsonCursor(JsonElement element, string file, string path)
    {
        this.element = element;
        this.file = file;
        Path = path;
    }

    public string Path { get; }

    public JsonElement Element => element;

    public bool IsNull => element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public bool IsString => element.ValueKind == JsonValueKind.String;

    public bool IsArray => element.ValueKind == JsonValueKind.Array;

    public bool IsObject => element.ValueKind == JsonValueKind.Object;

    /// <summary>Parses a whole file. The document lives as long as the garbage collector sees a cursor into it.</summary>
    public static JsonCursor Parse(ReadOnlyMemory<byte> json, string file)
    {
        if (json.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            json = json[3..];
        try
        {
            return new JsonCursor(JsonDocument.Parse(json).RootElement, file, "$");
        }
        catch (JsonException e)
        {
            throw new TokenizerFormatException(file, "", $"is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}): "
                + "the file is truncated or damaged; fetch it again.", e);
        }
    }

    public static JsonCursor ReadFile(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new TokenizerFormatException(path, "", $"cannot be read: {e.Message}", e);
        }
    }

    public JsonCursor Optional(string name)
    {
        if (!IsObject)
            throw Expected("an object");
        return new JsonCursor(element.TryGetProperty(name, out var value) ? value : default, file, $"{Path}.{name}");
    }

    public JsonCursor Required(string name)
    {
        var value = Optional(name);
        if (value.element.ValueKind == JsonValueKind.Undefined)
            throw value.Error("is missing");
        return value;
    }

    public IEnumerable<JsonCursor> Items()
    {
        if (!IsArray)
            throw Expected("an array");
        var index = 0;
        foreach (var item in element.EnumerateArray())
            yield return new JsonCursor(item, file, $"{Path}[{index++}]");
    }

    public IEnumerable<(string Name, JsonCursor Value)> Properties()
    {
        if (!IsObject)
            throw Expected("an object");
        foreach (var property in element.EnumerateObject())
        {
            var name = NameOf(property);
            yield return (name, new JsonCursor(property.Value, file, $"{Path}.{name}"));
        }
    }

    public string String()
    {
        if (!IsString)
            throw Expected("a string");
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new TokenizerFormatException(file, Path, "holds half of a surrogate pair, which no text can contain.", e);
        }
    }

    public string? StringOrNull() => IsNull ? null : String();

    public int Int() => element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var value) ? value : throw Expected("an integer");

    public bool Bool() => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Expected("true or false"),
    };

    public bool Bool(bool fallback) => IsNull ? fallback : Bool();

    public TokenizerFormatException Expected(string what) => Error($"expected {what}, found {Describe()}");

    public TokenizerFormatException Unsupported(string kind, string found, string supported) =>
        Error($"{kind} '{found}' is not supported; supported: {supported}");

    public TokenizerFormatException Error(string problem) => new(file, Path, problem + ".");

    private string Describe() => element.ValueKind switch
    {
        JsonValueKind.Undefined => "nothing",
        JsonValueKind.Null => "null",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "the number " + element.GetRawText(),
        _ => element.GetRawText(),
    };

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException e)
        {
            throw new TokenizerFormatException(file, Path, "has a name with half of a surrogate pair, which no text can contain.", e);
        }
    }
}
