using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SafeSwitch.Cli.Output;

/// <summary>JSON documents as text.</summary>
internal static class JsonText
{
    // Documents are read by people too, and never put into a web page: an apostrophe stays an apostrophe.
    private static readonly OutputJson Context = new(new JsonSerializerOptions(OutputJson.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>A document of a type that <see cref="OutputJson"/> lists.</summary>
    public static string Of<T>(T document) => JsonSerializer.Serialize(document, (JsonTypeInfo<T>)Context.GetTypeInfo(typeof(T))!);
}
