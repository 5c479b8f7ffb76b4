using System.Text.Json;
using SafeSwitch.Backends;

namespace SafeSwitch.Cli.Ask;

/// <summary>A conversation in a file: <c>[{"role", "content"}…]</c>, or an object that has it as <c>messages</c>.</summary>
internal static class MessagesFile
{
    public static IReadOnlyList<PromptMessage> Read(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllText(path));
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("messages", out var messages))
                root = messages;
            if (root.ValueKind != JsonValueKind.Array || root.GetArrayLength() == 0)
                throw Wrong(path, "$", root.ValueKind.ToString(), "an array of messages, at least one");
            return [.. root.EnumerateArray().Select((m, i) => new PromptMessage(Text(path, m, i, "role"), Text(path, m, i, "content")))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The latter tells of half a surrogate pair, which an escape can hold and no text can.
            throw new SafeSwitchException($"'{path}': not JSON ({e.Message}), expected [{{\"role\", \"content\"}}…].", e);
        }
    }

    private static string Text(string path, JsonElement message, int index, string field) =>
        message.ValueKind != JsonValueKind.Object ? throw Wrong(path, $"$[{index}]", message.ValueKind.ToString(), "an object with role and content")
        : !message.TryGetProperty(field, out var value) ? throw Wrong(path, $"$[{index}].{field}", "nothing", "a text")
        : value.ValueKind == JsonValueKind.String ? value.GetString()!
        : throw Wrong(path, $"$[{index}].{field}", value.ValueKind.ToString(), "a text");

    private static SafeSwitchException Wrong(string path, string field, string found, string expected) =>
        new($"'{path}': {field}: found {found}, expected {expected}.");
}
