using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SafeSwitch.Backends;

namespace SafeSwitch.Training.Rows;

/// <summary>Turns one line of a data file into a row, or says what is wrong with it.</summary>
internal static class DataRowParser
{
    private const string Unnamed = "unnamed";

    /// <summary>The fields that are read; others are passed over, as published files have more.</summary>
    public static IReadOnlyList<string> Fields { get; } =
        ["id", "question_id", "prompt", "messages", "turns", "harmful", "source", "category", "language", "groups", "split", "wrapper", "pair", "answer", "place", "refusal"];

    public static DataRow? Parse(string text, string file, string set, int line, out DataProblem? problem)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            problem = null;
            return Parse(document.RootElement, set, line);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter tells of half a surrogate pair, which an escape can hold and no text can.
            problem = new DataProblem(file, line, "", $"not JSON ({e.Message})", "one JSON object a line");
        }
        catch (FieldException e)
        {
            problem = new DataProblem(file, line, e.Field, e.Found, e.Expected);
        }

        return null;
    }

    private static DataRow Parse(JsonElement row, string set, int line)
    {
        if (row.ValueKind != JsonValueKind.Object)
            throw new FieldException("", Describe(row), "one JSON object a line");

        var messages = ReadMessages(row);
        var split = ReadText(row, "split") ?? DataSplits.Train;
        if (!DataSplits.IsKnown(split))
            throw new FieldException("split", $"'{split}'", $"{DataSplits.Train}, {DataSplits.Validation} or {DataSplits.Test}");

        return new DataRow
        {
            Id = ReadName(row, "id") ?? ReadName(row, "question_id") ?? line.ToString("D6", CultureInfo.InvariantCulture),
            Set = set,
            Messages = messages,
            Harmful = ReadHarmful(row),
            Source = ReadText(row, "source") ?? Unnamed,
            Category = ReadText(row, "category"),
            Language = ReadText(row, "language"),
            Groups = ReadGroups(row),
            Split = split,
            Wrapper = ReadName(row, "wrapper"),
            Pair = ReadNumber(row, "pair"),
            Answer = ReadText(row, "answer"),
            Place = ReadText(row, "place"),
            Refusal = ReadRefusal(row),
        };
    }

    private static List<PromptMessage> ReadMessages(JsonElement row)
    {
        if (Has(row, "prompt", out var prompt))
            return [PromptMessage.User(RequireText(prompt, "prompt"))];
        if (Has(row, "messages", out var messages))
            return ReadConversation(messages);
        if (Has(row, "turns", out var turns))
            return ReadTurns(turns);
        throw new FieldException("prompt", "nothing", "`prompt`, `messages` or `turns`");
    }

    private static List<PromptMessage> ReadConversation(JsonElement messages)
    {
        if (messages.ValueKind != JsonValueKind.Array || messages.GetArrayLength() == 0)
            throw new FieldException("messages", Describe(messages), "an array of messages, at least one");

        var read = new List<PromptMessage>();
        foreach (var message in messages.EnumerateArray())
        {
            var field = $"messages[{read.Count}]";
            if (message.ValueKind != JsonValueKind.Object)
                throw new FieldException(field, Describe(message), "an object with `role` and `content`");
            read.Add(new PromptMessage(
                RequireText(message, "role", field + ".role"),
                RequireText(message, "content", field + ".content")));
        }

        return read[^1].IsContent
            ? read
            : throw new FieldException("messages", $"a last message of '{read[^1].Role}'", "a last message that the model answers: the user's request, or a tool's result");
    }

    /// <summary>The reference implementation asks the first turn; the others belong to its own benchmark.</summary>
    private static List<PromptMessage> ReadTurns(JsonElement turns)
    {
        if (turns.ValueKind != JsonValueKind.Array || turns.GetArrayLength() == 0)
            throw new FieldException("turns", Describe(turns), "an array of texts, at least one");
        return [PromptMessage.User(RequireText(turns[0], "turns[0]"))];
    }

    /// <summary>The reference implementation keeps no flag: its category says `safe` or names the kind of harm.</summary>
    private static bool ReadHarmful(JsonElement row)
    {
        if (Has(row, "harmful", out var harmful))
        {
            return harmful.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? harmful.GetBoolean()
                : throw new FieldException("harmful", Describe(harmful), "true or false");
        }

        if (Has(row, "turns", out _) && ReadText(row, "category") is { } category)
            return category is not ("safe" or "harmless" or "benign");
        throw new FieldException("harmful", "nothing", "true or false");
    }

    private static SortedDictionary<string, string>? ReadGroups(JsonElement row)
    {
        if (!Has(row, "groups", out var groups) || groups.ValueKind == JsonValueKind.Null)
            return null;
        if (groups.ValueKind != JsonValueKind.Object)
            throw new FieldException("groups", Describe(groups), "an object of texts, such as {\"channel\": \"chat\"}");
        var read = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var group in groups.EnumerateObject())
            read[group.Name] = RequireText(group.Value, $"groups.{group.Name}");
        return read.Count > 0 ? read : null;
    }

    private static string? ReadRefusal(JsonElement row) =>
        ReadText(row, "refusal") is { } text && string.IsNullOrWhiteSpace(text)
            ? throw new FieldException("refusal", "an empty text", "a refusal, or no such field")
            : ReadText(row, "refusal");

    private static string? ReadText(JsonElement row, string field) =>
        !Has(row, field, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw new FieldException(field, Describe(value), "a text");

    private static string? ReadName(JsonElement row, string field) =>
        Has(row, field, out var value) && value.ValueKind == JsonValueKind.Number
            ? value.GetRawText()
            : ReadText(row, field) is { } text
                ? text.Length > 0 ? text : throw new FieldException(field, "an empty text", "a name")
                : null;

    private static int? ReadNumber(JsonElement row, string field)
    {
        if (!Has(row, field, out var value) || value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            ? number
            : throw new FieldException(field, Describe(value), "a whole number");
    }

    private static bool Has(JsonElement row, string field, out JsonElement value)
    {
        Debug.Assert(Fields.Contains(field), $"'{field}' is missing in the list of fields.");
        return row.TryGetProperty(field, out value);
    }

    private static string RequireText(JsonElement parent, string name, string field) =>
        parent.TryGetProperty(name, out var value)
            ? RequireText(value, field)
            : throw new FieldException(field, "nothing", "a text");

    private static string RequireText(JsonElement value, string field) =>
        value.ValueKind != JsonValueKind.String ? throw new FieldException(field, Describe(value), "a text")
        : value.GetString() is { } text && !string.IsNullOrWhiteSpace(text) ? text
        : throw new FieldException(field, "an empty text", "a text");

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => "null",
        JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.String => "a text",
        JsonValueKind.Array => $"an array of {value.GetArrayLength()}",
        _ => "an object",
    };

    private sealed class FieldException(string field, string found, string expected) : Exception
    {
        public string Field { get; } = field;

        public string Found { get; } = found;

        public string Expected { get; } = expected;
    }
}
