using System.Text.Json.Serialization;

namespace SafeSwitch.Training.Rows;

/// <summary>How files of wrappers are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Dictionary<string, IReadOnlyList<Wrapper>>))]
internal sealed partial class WrapperJson : JsonSerializerContext;
