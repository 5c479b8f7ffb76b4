using System.Text.Json;
using System.Text.Json.Serialization;

namespace SafeSwitch.Toolkit.Collection;

/// <summary>How the files of a collection are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(CollectionDescription))]
[JsonSerializable(typeof(ShardRow))]
internal sealed partial class CollectionJson : JsonSerializerContext;
