using System.Text.Json.Serialization;
using SafeSwitch.Training.Judging;

namespace SafeSwitch.Cli.Judge;

/// <summary>What <c>judge --show-prompt --json</c> writes.</summary>
internal sealed record JudgePromptDocument(string Prompt, string Digest);

[JsonSerializable(typeof(JudgePromptDocument))]
[JsonSerializable(typeof(JudgingSummary))]
internal sealed partial class JudgeJson : JsonSerializerContext;
