namespace SafeSwitch.Tokenization.Marking;

/// <summary>A stretch of characters of one origin, up to <paramref name="End"/> (exclusive) from the end of the run before.</summary>
internal readonly record struct MarkRun(int End, int Mark);
