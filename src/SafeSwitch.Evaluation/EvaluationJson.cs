using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SafeSwitch.Evaluation.Figures;

namespace SafeSwitch.Evaluation;

/// <summary>How rows and summaries are written: snake case, enums by name, no nulls.</summary>
[JsonSerializable(typeof(EvaluatedRow))]
[JsonSerializable(typeof(EvaluationSummary))]
[JsonSerializable(typeof(Reports.EvaluationReport))]
internal sealed partial class EvaluationJson : JsonSerializerContext
{
    /// <summary>With apostrophes left as they are: rows are read by people too, never put into a web page.</summary>
    public static EvaluationJson Readable { get; } = Create(indented: false);

    /// <summary>The same, over several lines.</summary>
    public static EvaluationJson Indented { get; } = Create(indented: true);

    private static EvaluationJson Create(bool indented) => new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = indented,
    });
}
