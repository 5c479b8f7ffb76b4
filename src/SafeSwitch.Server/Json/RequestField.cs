using System.Globalization;
using System.Text.Json;

namespace SafeSwitch.Server.Json;

/// <summary>A value of a request with its path, which every error about it names. Text of a request is in no error.</summary>
/// <param name="Value">The value.</param>
/// <param name="Path">Where it stands, such as <c>messages[2].content</c>.</param>
internal readonly record struct RequestField(JsonElement Value, string Path)
{
    private const int LongestQuote = 40;

    /// <summary>Clients send <c>null</c> for what they leave to the server.</summary>
    public bool IsNothing => Value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public bool IsText => Value.ValueKind == JsonValueKind.String;

    public bool IsList => Value.ValueKind == JsonValueKind.Array;

    public string Text(string expected = "a text") => IsText ? Value.GetString()! : throw Wrong(expected);

    public bool Flag() => Value.ValueKind is JsonValueKind.True or JsonValueKind.False ? Value.GetBoolean() : throw Wrong("true or false");

    /// <summary>A whole number in a range, written as one.</summary>
    public long Whole(long least, long most) =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetInt64(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(string.Create(CultureInfo.InvariantCulture, $"a whole number in [{least}, {most}]"));

    public float Number(float least, float most) =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetSingle(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(string.Create(CultureInfo.InvariantCulture, $"a number in [{least}, {most}]"));

    /// <summary>One of some words.</summary>
    public string OneOf(params ReadOnlySpan<string> words) =>
        IsText && words.Contains(Value.GetString()!) ? Value.GetString()! : throw Wrong($"one of: {string.Join(", ", words!)}");

    public IReadOnlyList<RequestField> Items(int most, string expected = "a list")
    {
        if (!IsList)
            throw Wrong(expected);
        if (Value.GetArrayLength() > most)
            throw ApiException.Field(Path, string.Create(CultureInfo.InvariantCulture, $"{Value.GetArrayLength()} entries"), string.Create(CultureInfo.InvariantCulture, $"at most {most}"));
        var path = Path;
        return [.. Value.EnumerateArray().Select((v, i) => new RequestField(v, string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]")))];
    }

    /// <summary>The fields of an object; what is <c>null</c> is not there.</summary>
    public IEnumerable<(string Name, RequestField Field)> Fields()
    {
        if (Value.ValueKind != JsonValueKind.Object)
            throw Wrong("an object");
        var path = Path;
        return Value.EnumerateObject()
            .Select(p => (p.Name, Field: new RequestField(p.Value, path.Length == 0 ? p.Name : $"{path}.{p.Name}")))
            .Where(p => !p.Field.IsNothing);
    }

    /// <summary>One field of an object, for those that say what the others may be.</summary>
    public RequestField? Peek(string name)
    {
        foreach (var (found, field) in Fields())
        {
            if (found == name)
                return field;
        }

        return null;
    }

    /// <summary>The same, of one that must be there.</summary>
    public RequestField Need(string name, string expected) => Peek(name) ?? throw ApiException.Field($"{Path}.{name}", "nothing", expected);

    /// <summary>An object of known fields; others are refused by name.</summary>
    public RequestObject Object(params ReadOnlySpan<string> known)
    {
        var fields = new Dictionary<string, RequestField>();
        foreach (var (name, field) in Fields())
        {
            if (!known.Contains(name))
                throw field.Unknown(known);
            fields.Add(name, field);
        }

        return new RequestObject(Path, fields);
    }

    public ApiException Wrong(string expected) => ApiException.Field(Path, Found, expected);

    public ApiException Unknown(ReadOnlySpan<string> known) =>
        new(400, "unknown_field", $"{Quotable(Path)}: unknown, expected one of: {string.Join(", ", known!)}.", Quotable(Path));

    // A word may be told, a text of somebody's may not.
    private string Found => Value.ValueKind switch
    {
        JsonValueKind.String when Value.GetString()!.Length <= LongestQuote && !Value.GetString()!.Contains(' ') => $"'{Value.GetString()}'",
        JsonValueKind.String => "a text",
        JsonValueKind.Number => Quotable(Value.GetRawText()),
        JsonValueKind.Array => "a list",
        JsonValueKind.Object => "an object",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "nothing",
    };

    private static string Quotable(string text) => text.Length <= LongestQuote * 2 ? text : text[..(LongestQuote * 2)] + "…";
}

/// <summary>The known fields of an object in a request.</summary>
internal sealed class RequestObject(string path, IReadOnlyDictionary<string, RequestField> fields)
{
    public RequestField? Find(string name) => fields.TryGetValue(name, out var field) ? field : null;

    public RequestField Get(string name) =>
        Find(name) ?? throw ApiException.Field(path.Length == 0 ? name : $"{path}.{name}", "nothing", "a value");
}
