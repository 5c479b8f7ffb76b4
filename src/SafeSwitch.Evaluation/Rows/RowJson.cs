using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SafeSwitch.Evaluation.Rows;

/// <summary>How rows are written: snake case, enums by name, no nulls.</summary>
[JsonSerializable(typeof(EvaluatedRow))]
internal sealed partial class RowJson : JsonSerializerContext
{
    /// <summary>With apostrophes left as they are: rows are read by people too, never put into a web page.</summary>
    public static RowJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
