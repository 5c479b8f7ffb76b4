using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace SafeSwitch.Server.Responses;

/// <summary>One JSON document as an answer's body.</summary>
internal static class JsonBody
{
    /// <summary>Text as it is: what is said is never part of a page, and no browser takes it for one.</summary>
    public static readonly JsonWriterOptions AsItIs = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task WriteAsync<T>(HttpContext context, T document, JsonTypeInfo<T> type)
    {
        var response = context.Response;
        response.ContentType = "application/json";
        using (var json = new Utf8JsonWriter(response.BodyWriter, AsItIs))
            JsonSerializer.Serialize(json, document, type);
        await response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
