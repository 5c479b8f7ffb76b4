using System.Text.Json.Serialization;
using SafeSwitch.Toolkit.Evaluation;

namespace SafeSwitch.Cli.Output;

/// <summary>The documents for machines.</summary>
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(AskDocument))]
[JsonSerializable(typeof(EvaluationSummary))]
internal sealed partial class OutputJson : JsonSerializerContext;
