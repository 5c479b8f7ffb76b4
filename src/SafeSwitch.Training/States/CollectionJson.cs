using System.Text.Json.Serialization;
using SafeSwitch.Bundles;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>How the files of a collection are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(CollectionDescription))]
[JsonSerializable(typeof(ShardRow))]
[JsonSerializable(typeof(DataRow))]
[JsonSerializable(typeof(IReadOnlyList<DataSetRecord>))]
internal sealed partial class CollectionJson : JsonSerializerContext;
