using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using SafeSwitch.Tokenization.Marking;

namespace SafeSwitch.Tokenization.Templates.Runtime;

/// <summary>JSON as template values, all its text with one mark.</summary>
internal static class JsonValues
{
    public static object? Read(JsonNode? node, int mark)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (node)
        {
            case null:
                return null;
            case JsonArray array:
                return new TemplateList([.. array.Select(item => Read(item, mark))]);
            case JsonObject obj:
                var map = new TemplateMap();
                foreach (var (name, value) in obj)
                    map.Set(MarkedText.Of(name, mark), Read(value, mark));
                return map;
            default:
                return Scalar(node.AsValue(), mark);
        }
    }

    private static object? Scalar(JsonValue value, int mark)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.Null: return null;
            case JsonValueKind.True: return true;
            case JsonValueKind.False: return false;
            case JsonValueKind.String: return MarkedText.Of(Text(value), mark);
        }

        if (value.TryGetValue(out JsonElement element))
            return Number(element.GetRawText());
        // A number that was set by a program keeps its kind: 1.0 isn't a whole number.
        return value.TryGetValue(out double real) ? real
            : value.TryGetValue(out float single) ? double.Parse(single.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
            : Number(value.ToJsonString());
    }

    private static string Text(JsonValue value)
    {
        try
        {
            return value.TryGetValue(out string? text) ? text : value.ToString();
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, written as an escape: no text holds it.
            return "\uFFFD";
        }
    }

    private static object Number(string raw) => raw.AsSpan().ContainsAny('.', 'e', 'E')
        ? double.Parse(raw, CultureInfo.InvariantCulture)
        : PythonNumber.Normalize(BigInteger.Parse(raw, CultureInfo.InvariantCulture));
}
