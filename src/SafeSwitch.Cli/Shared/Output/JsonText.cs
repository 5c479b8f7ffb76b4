using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace SafeSwitch.Cli.Shared.Output;

/// <summary>JSON documents as text: snake case, enums by name, no nulls.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions Style = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        // Documents are read by people too, and never put into a web page: an apostrophe stays an apostrophe.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    /// <summary>A document whose type the context lists; each verb has a context of its own beside its document.</summary>
    public static string Of<T>(T document, JsonSerializerContext context)
    {
        var style = new JsonSerializerOptions(Style) { TypeInfoResolver = context };
        return JsonSerializer.Serialize(document, (JsonTypeInfo<T>)style.GetTypeInfo(typeof(T)));
    }
}
