using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SafeSwitch.Settings;

namespace SafeSwitch.Bundles;

/// <summary>How <c>safeswitch.json</c> is written: snake case, enums by name, unknown fields refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    WriteIndented = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true)]
[JsonSerializable(typeof(BundleManifest))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class BundleJson : JsonSerializerContext
{
    private static readonly Lazy<JsonTypeInfo<BundleManifest>> File = new(() => SchemaReference.ReaderOf<BundleManifest>(Default!.Options));

    /// <summary>How <c>safeswitch.json</c> is read.</summary>
    public static JsonTypeInfo<BundleManifest> Manifest => File.Value;
}
