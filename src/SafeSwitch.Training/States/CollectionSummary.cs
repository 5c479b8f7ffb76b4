using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>What one run of the collector did.</summary>
/// <param name="Rows">Rows collected.</param>
/// <param name="Standing">Rows that an earlier run had collected.</param>
/// <param name="PromptTokens">Prompt tokens of the rows collected.</param>
/// <param name="TokensRun">Of those, the tokens that the model had to run; the others were a prefix of the row before.</param>
/// <param name="AnswerTokens">Answer tokens decoded.</param>
/// <param name="Bytes">Bytes that the run was to write at most, as told before it began.</param>
/// <param name="Notes">What people may want to know about how it ran.</param>
/// <param name="Problems">Rows that could not be collected, and why.</param>
public sealed record CollectionSummary(
    int Rows, int Standing, long PromptTokens, long TokensRun, long AnswerTokens, long Bytes, IReadOnlyList<string> Notes, IReadOnlyList<DataProblem> Problems);
