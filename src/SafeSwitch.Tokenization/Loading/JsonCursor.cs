using System.Text.Json;

namespace SafeSwitch.Tokenization.Loading;

/// <summary>A place in a JSON file that can say, in an error, which file and which place it is.</summary>
internal readonly struct JsonCursor
{
    private readonly JsonElement _element;
    private readonly string _file;

    private JsonCursor(JsonElement element, string file, string path)
    {
        _element = element;
        _file = file;
        Path = path;
    }

    public string Path { get; }

    public JsonElement Element => _element;

    public bool IsNull => _element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public bool IsString => _element.ValueKind == JsonValueKind.String;

    public bool IsArray => _element.ValueKind == JsonValueKind.Array;

    public bool IsObject => _element.ValueKind == JsonValueKind.Object;

    /// <summary>Parses a whole file. The document lives as long as the garbage collector sees a cursor into it.</summary>
    public static JsonCursor Parse(ReadOnlyMemory<byte> json, string file)
    {
        if (json.Span.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]))
            json = json[3..];
        try
        {
            return new JsonCursor(JsonDocument.Parse(json).RootElement, file, "$");
        }
        catch (JsonException exception)
        {
            throw new TokenizerFormatException(file, "", $"is not valid JSON (line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}): "
                + "the file is truncated or damaged; fetch it again.", exception);
        }
    }

    public static JsonCursor ReadFile(string path)
    {
        try
        {
            return Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new TokenizerFormatException(path, "", $"cannot be read: {exception.Message}", exception);
        }
    }

    public JsonCursor Optional(string name)
    {
        if (!IsObject)
            throw Expected("an object");
        return new JsonCursor(_element.TryGetProperty(name, out var value) ? value : default, _file, $"{Path}.{name}");
    }

    public JsonCursor Required(string name)
    {
        var value = Optional(name);
        if (value._element.ValueKind == JsonValueKind.Undefined)
            throw value.Error("is missing");
        return value;
    }

    public IEnumerable<JsonCursor> Items()
    {
        if (!IsArray)
            throw Expected("an array");
        var index = 0;
        foreach (var item in _element.EnumerateArray())
            yield return new JsonCursor(item, _file, $"{Path}[{index++}]");
    }

    public IEnumerable<(string Name, JsonCursor Value)> Properties()
    {
        if (!IsObject)
            throw Expected("an object");
        foreach (var property in _element.EnumerateObject())
        {
            var name = NameOf(property);
            yield return (name, new JsonCursor(property.Value, _file, $"{Path}.{name}"));
        }
    }

    public string String()
    {
        if (!IsString)
            throw Expected("a string");
        try
        {
            return _element.GetString()!;
        }
        catch (InvalidOperationException exception)
        {
            throw new TokenizerFormatException(_file, Path, "holds half of a surrogate pair, which no text can contain.", exception);
        }
    }

    public string? StringOrNull() => IsNull ? null : String();

    public int Int() => _element.ValueKind == JsonValueKind.Number && _element.TryGetInt32(out var value) ? value : throw Expected("an integer");

    public bool Bool() => _element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Expected("true or false"),
    };

    public bool Bool(bool fallback) => IsNull ? fallback : Bool();

    public TokenizerFormatException Expected(string what) => Error($"expected {what}, found {Describe()}");

    public TokenizerFormatException Unsupported(string kind, string found, string supported) =>
        Error($"{kind} '{found}' is not supported; supported: {supported}");

    public TokenizerFormatException Error(string problem) => new(_file, Path, problem + ".");

    private string Describe() => _element.ValueKind switch
    {
        JsonValueKind.Undefined => "nothing",
        JsonValueKind.Null => "null",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "the number " + _element.GetRawText(),
        _ => _element.GetRawText(),
    };

    private string NameOf(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException exception)
        {
            throw new TokenizerFormatException(_file, Path, "has a name with half of a surrogate pair, which no text can contain.", exception);
        }
    }
}
