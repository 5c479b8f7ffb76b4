namespace SafeSwitch.Training.Rows;

/// <summary>A text around a request.</summary>
/// <param name="Id">Name of the wrapper.</param>
/// <param name="Text">The text, with <c>{prompt}</c> where the request goes.</param>
/// <param name="Split">The split of everything inside it.</param>
internal sealed record Wrapper(string Id, string Text, string Split);
