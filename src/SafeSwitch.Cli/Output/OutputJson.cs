using System.Text.Json.Serialization;
using SafeSwitch.Toolkit.Evaluation;
using SafeSwitch.Toolkit.Evaluation.Figures;

namespace SafeSwitch.Cli.Output;

/// <summary>The documents for machines.</summary>
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(Asking.AskDocument))]
[JsonSerializable(typeof(Building.BuildDocument))]
[JsonSerializable(typeof(Calibrating.CalibrationDocument))]
[JsonSerializable(typeof(Collecting.CollectDocument))]
[JsonSerializable(typeof(Judging.JudgePromptDocument))]
[JsonSerializable(typeof(Toolkit.Judging.JudgingSummary))]
[JsonSerializable(typeof(EvaluationSummary))]
[JsonSerializable(typeof(Evaluating.ShardDocument))]
[JsonSerializable(typeof(Toolkit.Inspection.ModelReport))]
[JsonSerializable(typeof(Training.AdapterDocument))]
// Another report of an adapter is in a model's.
[JsonSerializable(typeof(Toolkit.Training.Adapter.AdapterReport), TypeInfoPropertyName = "AdapterTrainingReport")]
[JsonSerializable(typeof(Training.ProbeDocument))]
[JsonSerializable(typeof(Toolkit.Import.ImportedAdapter))]
[JsonSerializable(typeof(Toolkit.Import.ImportedProbe))]
[JsonSerializable(typeof(Toolkit.Instrumentation.InstrumentedModel))]
internal sealed partial class OutputJson : JsonSerializerContext;
