using System.Text.Json;

namespace SafeSwitch.Chat;

/// <summary>JSON that a model has written: whoever reads it on must neither meet an exception nor read something else than we did.</summary>
internal static class AnswerJson
{
    private static readonly JsonDocumentOptions Once = new() { AllowDuplicateProperties = false };

    /// <exception cref="JsonException">It is none, says a field twice, or escapes half of a character.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            // The parser lets half of a surrogate pair pass as an escape; whoever reads it as text would meet it, wherever that is.
            var reader = new Utf8JsonReader(json);
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                    _ = reader.GetString();
            }

            return JsonElement.Parse(json, Once);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException(e.Message, e);
        }
    }
}
