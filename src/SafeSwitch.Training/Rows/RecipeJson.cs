using System.Text.Json;
using System.Text.Json.Serialization;

namespace SafeSwitch.Training.Rows;

/// <summary>
/// How recipes are written: snake case, enums by name, unknown fields refused. By reflection: generated readers forget the
/// initial values of init-only properties that a file leaves out.
/// </summary>
internal static class RecipeJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter() },
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        RespectNullableAnnotations = true,
    };
}
