using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SafeSwitch.Toolkit.Evaluation;

/// <summary>How rows and summaries are written: snake case, enums by name, no nulls.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EvaluatedRow))]
internal sealed partial class EvaluationJson : JsonSerializerContext
{
    /// <summary>With apostrophes left as they are: rows are read by people too, never put into a web page.</summary>
    public static EvaluationJson Readable { get; } = new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
