using System.Text.Json.Serialization;
using SafeSwitch.Server.Json;

namespace SafeSwitch.Server.Responses;

/// <summary>How everything that a server says is written: snake case, enums by name, nothing for null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(ChatCompletion))]
[JsonSerializable(typeof(ModerationResponse))]
[JsonSerializable(typeof(ModelList))]
[JsonSerializable(typeof(InspectorDocument))]
internal sealed partial class WireJson : JsonSerializerContext;
