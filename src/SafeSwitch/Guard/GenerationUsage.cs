namespace SafeSwitch.Guard;

/// <summary>What an answer cost, in tokens.</summary>
/// <param name="PromptTokens">Tokens of the prompt, run once.</param>
/// <param name="AnswerTokens">Tokens of the answer.</param>
/// <param name="DiscardedTokens">Held-back tokens that an intervention threw away.</param>
/// <param name="DecodeSteps">Single-token runs, those of the guard included.</param>
public readonly record struct GenerationUsage(int PromptTokens, int AnswerTokens, int DiscardedTokens, int DecodeSteps);
