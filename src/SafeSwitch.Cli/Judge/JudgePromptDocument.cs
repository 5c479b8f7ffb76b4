namespace SafeSwitch.Cli.Judge;

/// <summary>What <c>judge --show-prompt --json</c> writes.</summary>
internal sealed record JudgePromptDocument(string Prompt, string Digest);
