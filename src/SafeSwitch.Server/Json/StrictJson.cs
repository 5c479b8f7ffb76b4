using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace SafeSwitch.Server.Json;

/// <summary>JSON that means one thing to everybody who reads it, or none.</summary>
internal static class StrictJson
{
    /// <summary>How deep objects and arrays may lie in each other.</summary>
    public const int MaxDepth = 64;

    private static readonly JsonDocumentOptions Options = new() { AllowDuplicateProperties = false, MaxDepth = MaxDepth };

    /// <summary>Reads a request's body.</summary>
    /// <exception cref="ApiException">It is not one object of UTF-8 JSON, or says a field twice, lies too deep, or escapes half of a character.</exception>
    public static JsonElement ParseObject(ReadOnlySpan<byte> body)
    {
        // The parser takes strings as they come and looks at their bytes when somebody asks for the text.
        if (!Utf8.IsValid(body))
            throw Refused("its bytes are not UTF-8");
        try
        {
            var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
            while (reader.Read())
            {
                if (reader.ValueIsEscaped)
                    _ = reader.GetString();
            }

            var root = JsonElement.Parse(body, Options);
            return root.ValueKind == JsonValueKind.Object ? root : throw Refused($"found {root.ValueKind.ToString().ToLowerInvariant()}, expected an object");
        }
        catch (JsonException e)
        {
            // Where, not what: the parser's message quotes the text.
            throw Refused(e.LineNumber is { } line ? $"line {line + 1}, byte {e.BytePositionInLine + 1}, or a field that is there twice" : "a field is there twice, or it lies too deep");
        }
        catch (InvalidOperationException)
        {
            throw Refused("an escape is half of a character");
        }
    }

    private static ApiException Refused(string why) =>
        new(StatusCodes.Status400BadRequest, "invalid_json", $"The body can't be read as JSON: {why}.");
}
