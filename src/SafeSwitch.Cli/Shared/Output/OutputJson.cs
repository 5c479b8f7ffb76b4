using System.Text.Json.Serialization;
using SafeSwitch.Evaluation.Figures;

namespace SafeSwitch.Cli.Shared.Output;

/// <summary>The documents for machines.</summary>
[JsonSerializable(typeof(ErrorDocument))]
[JsonSerializable(typeof(Ask.AskDocument))]
[JsonSerializable(typeof(Build.BuildDocument))]
[JsonSerializable(typeof(Calibrate.CalibrationDocument))]
[JsonSerializable(typeof(Collect.CollectDocument))]
[JsonSerializable(typeof(Judge.JudgePromptDocument))]
[JsonSerializable(typeof(Training.Judging.JudgingSummary))]
[JsonSerializable(typeof(EvaluationSummary))]
[JsonSerializable(typeof(Evaluate.ShardDocument))]
[JsonSerializable(typeof(Instrumentation.Inspection.ModelReport))]
[JsonSerializable(typeof(Train.AdapterDocument))]
// Another report of an adapter is in a model's.
[JsonSerializable(typeof(Training.Adapters.AdapterReport), TypeInfoPropertyName = "AdapterTrainingReport")]
[JsonSerializable(typeof(Train.ProbeDocument))]
[JsonSerializable(typeof(Instrumentation.Import.ImportedAdapter))]
[JsonSerializable(typeof(Instrumentation.Import.ImportedProbe))]
[JsonSerializable(typeof(Instrumentation.InstrumentedModel))]
[JsonSerializable(typeof(Verify.BundleDocument))]
internal sealed partial class OutputJson : JsonSerializerContext;
