using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace SafeSwitch.Cli.Shared.Output;

/// <summary>JSON documents as text: snake case, enums by name, no nulls.</summary>
internal static class JsonText
{
    private static readonly OutputJson Context = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        // Documents are read by people too, and never put into a web page: an apostrophe stays an apostrophe.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    });

    /// <summary>A document of a type that <see cref="OutputJson"/> lists.</summary>
    public static string Of<T>(T document) => JsonSerializer.Serialize(document, (JsonTypeInfo<T>)Context.GetTypeInfo(typeof(T))!);
}
