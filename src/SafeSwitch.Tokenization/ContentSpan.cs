namespace SafeSwitch.Tokenization;

/// <summary>A stretch of tokens, any of whose text came from outside the template.</summary>
/// <param name="Start">The first token.</param>
/// <param name="End">The token after the last.</param>
/// <param name="MessageIndex">The message that it came from, or -1: from another input such as tools, or from several.</param>
public readonly record struct ContentSpan(int Start, int End, int MessageIndex);
