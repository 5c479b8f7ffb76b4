using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SafeSwitch.Reliability.Edits;

/// <summary>What a person, a script or another program does to a JSON file: a field gone, of another type, twice, absurd.</summary>
internal static class JsonEdits
{
    private const string Placeholder = "\u0001place\u0001";

    private static readonly JsonSerializerOptions Compact = new() { MaxDepth = 512 };
    private static readonly string WrittenPlaceholder = JsonSerializer.Serialize(Placeholder);

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1", "2", "0.5", "1.0", "2147483648", "4294967296", "9223372036854775808", "1e308", "1e400", "-1e400", "1e-400", "NaN", "Infinity",
        "\"\"", "\" \"", "\"x\"", "\"0\"", "\"null\"", "\"NaN\"", "\"../x\"", "\"/etc/passwd\"", "\"C:\\\\x\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\ufeff\"", "\"e\\u0301\"", "\"😀\"", "{}", "[]", "[null]", "{\"x\":null}", "[[]]",
    ];

    public static Edit Any(byte[] file, Random random)
    {
        var kind = random.Next(20);
        if (kind == 0)
            return ByteEdits.Any(file, random);
        if (kind == 1)
            return Whole(file, random);
        try
        {
            return Field(JsonNode.Parse(new UTF8Encoding(false).GetString(file).TrimStart('\ufeff')), random);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            // An edit before this one left something that isn't JSON, or has a field twice.
            return ByteEdits.Any(file, random);
        }
    }

    /// <summary>Edits one field or element, anywhere in the document.</summary>
    public static Edit Field(JsonNode? root, Random random)
    {
        if (root is not (JsonObject or JsonArray))
            return Bytes(Values[random.Next(Values.Length)], "the document");
        var (parent, key, index) = Choose(root, random);
        var place = key is null ? $"{parent.GetPath()}[{index}]" : $"{parent.GetPath()}.{key}";
        if (key is null && index < 0)
        {
            parent.AsArray().Add(Marker());
            return Substitute(root, Values[random.Next(Values.Length)], $"{parent.GetPath()}: one more");
        }

        return random.Next(12) switch
        {
            0 => Remove(),
            1 when key is not null => Twice(),
            2 when key is not null => Rename(),
            3 => Replace(Deep(random), "deep nesting"),
            4 => Replace('"' + new string('x', 1 << random.Next(10, 21)) + '"', "a long text"),
            5 => Replace("null", "null"),
            6 => Stretch(),
            _ => Value(),
        };

        Edit Value()
        {
            var value = Values[random.Next(Values.Length)];
            return Replace(value, value);
        }

        Edit Remove()
        {
            if (key is not null)
                parent.AsObject().Remove(key);
            else
                parent.AsArray().RemoveAt(index);
            return Bytes(root.ToJsonString(Compact), $"{place} removed");
        }

        Edit Twice()
        {
            var value = parent[key!]?.ToJsonString(Compact) ?? "null";
            Mark();
            var other = Values[random.Next(Values.Length)];
            return Substitute(root, $"{value},{JsonSerializer.Serialize(key)}:{other}", $"{place} twice, then {other}");
        }

        Edit Rename()
        {
            var value = parent[key!]?.DeepClone();
            var name = random.Next(3) switch { 0 => key!.ToUpperInvariant(), 1 => key + "x", _ => "" };
            parent.AsObject().Remove(key!);
            parent.AsObject()[name] = value;
            return Bytes(root.ToJsonString(Compact), $"{place} called '{name}'");
        }

        // The field's own value, a little off.
        Edit Stretch()
        {
            var value = key is null ? parent[index] : parent[key];
            var text = value?.ToJsonString(Compact) ?? "null";
            var other = value switch
            {
                JsonArray => $"[{text},{text}]",
                JsonObject => $"[{text}]",
                JsonValue when text.StartsWith('"') => text[..^1] + text[1..],
                JsonValue when text is not ("true" or "false" or "null") => random.Next(3) switch { 0 => "-" + text.TrimStart('-'), 1 => $"\"{text}\"", _ => $"{text}0" },
                _ => $"\"{text.Trim('"')}\"",
            };
            return Replace(other, "stretched");
        }

        Edit Replace(string raw, string what)
        {
            Mark();
            return Substitute(root, raw, $"{place} = {what}");
        }

        void Mark()
        {
            if (key is not null)
                parent[key] = Marker();
            else
                parent[index] = Marker();
        }
    }

    /// <summary>Walks down from the root and stops somewhere, so that long lists don't take all the edits.</summary>
    private static (JsonNode Parent, string? Key, int Index) Choose(JsonNode root, Random random)
    {
        var parent = root;
        while (true)
        {
            JsonNode? child;
            string? key = null;
            var index = -1;
            if (parent is JsonObject { Count: > 0 } fields)
            {
                (key, child) = fields.ElementAt(random.Next(fields.Count));
            }
            else if (parent is JsonArray { Count: > 0 } items)
            {
                child = items[index = random.Next(items.Count)];
            }
            else if (parent is JsonArray)
            {
                return (parent, null, -1);
            }
            else
            {
                parent.AsObject()["x"] = null;
                return (parent, "x", -1);
            }

            if (child is not (JsonObject or JsonArray) || random.Next(4) == 0)
                return (parent, key, index);
            parent = child;
        }
    }

    /// <summary>Edits of the document as a whole.</summary>
    private static Edit Whole(byte[] file, Random random)
    {
        var text = Encoding.UTF8.GetString(file);
        return random.Next(9) switch
        {
            0 => new Edit([0xEF, 0xBB, 0xBF, .. file], "a byte-order mark"),
            1 => new Edit(Encoding.Unicode.GetPreamble().Concat(Encoding.Unicode.GetBytes(text)).ToArray(), "in UTF-16"),
            2 => new Edit([], "empty"),
            3 => Bytes(text + "x", "something after the end"),
            4 => Bytes("// a comment\n" + text, "a comment"),
            5 => Bytes(new string('[', 200_000), "deep nesting without end"),
            6 => Bytes("null", "null"),
            7 => Bytes($"[{text}]", "in a list"),
            _ => Bytes(text.Replace("}", ",}", StringComparison.Ordinal), "commas before braces"),
        };
    }

    private static string Deep(Random random)
    {
        var depth = 1 << random.Next(4, 18);
        return random.Next(2) == 0
            ? new string('[', depth) + new string(']', depth)
            : string.Concat(Enumerable.Repeat("{\"x\":", depth)) + "0" + new string('}', depth);
    }

    private static JsonValue Marker() => JsonValue.Create(Placeholder);

    private static Edit Substitute(JsonNode root, string raw, string what) =>
        Bytes(root.ToJsonString(Compact).Replace(WrittenPlaceholder, raw, StringComparison.Ordinal), what);

    private static Edit Bytes(string text, string what) => new(Encoding.UTF8.GetBytes(text), what);
}
