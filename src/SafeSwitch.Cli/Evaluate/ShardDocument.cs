using System.Globalization;
using System.Text.Json.Serialization;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Evaluation.Reports.Html;

namespace SafeSwitch.Cli.Evaluate;

/// <summary>How far one part of an evaluation is.</summary>
/// <param name="Part">The part.</param>
/// <param name="Of">How many parts there are.</param>
/// <param name="File">The file of its rows.</param>
/// <param name="Evaluated">Rows that are evaluated now, by all parts.</param>
/// <param name="Rows">Rows in all.</param>
internal sealed record ShardDocument(int Part, int Of, string File, int Evaluated, int Rows)
{
    public void Write(Terminal terminal) => terminal.Output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"Part {Part} of {Of} is done: {File}. {Evaluated:N0} of {Rows:N0} rows are evaluated so far; when every part is done, the same command without --shard makes the report."));
}

[JsonSerializable(typeof(ShardDocument))]
[JsonSerializable(typeof(EvaluationSummary))]
[JsonSerializable(typeof(ReportCheck))]
[JsonSerializable(typeof(ReportComparison))]
internal sealed partial class EvaluateJson : JsonSerializerContext;
