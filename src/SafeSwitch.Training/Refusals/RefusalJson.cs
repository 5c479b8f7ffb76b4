using System.Text.Json.Serialization;

namespace SafeSwitch.Training.Refusals;

/// <summary>How files of refusals are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RefusalFile))]
internal sealed partial class RefusalJson : JsonSerializerContext;
