using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>How the files of a collection are written.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(CollectionDescription))]
[JsonSerializable(typeof(ShardRow))]
[JsonSerializable(typeof(DataRow))]
[JsonSerializable(typeof(IReadOnlyList<DataSetRecord>))]
internal sealed partial class CollectionJson : JsonSerializerContext
{
    private static readonly Lazy<JsonSerializerOptions> Whole = new(() =>
        new JsonSerializerOptions(Default!.Options) { TypeInfoResolver = ((IJsonTypeInfoResolver)Default).WithAddedModifier(LeaveOutWhatIsEmpty) });

    /// <summary>How a type is read and written.</summary>
    public static JsonTypeInfo<T> Of<T>() => (JsonTypeInfo<T>)Whole.Value.GetTypeInfo(typeof(T));

    // Rows are known by their text: what a message gains over time must not change those that have none of it, or their states would be collected again.
    private static void LeaveOutWhatIsEmpty(JsonTypeInfo type)
    {
        if (type.Type != typeof(PromptMessage))
            return;
        foreach (var property in type.Properties.Where(p => p.PropertyType == typeof(IReadOnlyList<ToolCall>)))
            property.ShouldSerialize = (_, value) => value is IReadOnlyList<ToolCall> { Count: > 0 };
    }
}
