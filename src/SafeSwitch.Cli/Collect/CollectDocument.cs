using System.Text.Json.Serialization;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Cli.Collect;

/// <summary>What <c>collect --json</c> writes.</summary>
internal sealed record CollectDocument(
    string Folder, int Rows, int Existing, int Malformed, long PromptTokens, long TokensRun, long AnswerTokens, IReadOnlyList<string> Notes, IReadOnlyList<DataProblem> Problems, double Seconds)
{
    public static CollectDocument Of(string folder, CollectionSummary summary, int malformed, TimeSpan time) => new(
        folder,
        summary.Rows,
        summary.Existing,
        malformed,
        summary.PromptTokens,
        summary.TokensRun,
        summary.AnswerTokens,
        summary.Notes,
        summary.Problems,
        time.TotalSeconds);
}

[JsonSerializable(typeof(CollectDocument))]
internal sealed partial class CollectJson : JsonSerializerContext;
