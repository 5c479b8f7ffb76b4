namespace SafeSwitch.Evaluation;

/// <summary>What the model says after a safety prompt.</summary>
/// <param name="PromptTokens">Tokens of the prompt with it.</param>
/// <param name="PrefillMs">Milliseconds of running that prompt.</param>
/// <param name="Answer">The answer.</param>
public sealed record SafetyPromptAnswer(int PromptTokens, double PrefillMs, EvaluatedAnswer Answer);
