namespace SafeSwitch.Tokenization.Pipeline;

/// <summary>What becomes of the text that a splitter matched.</summary>
internal enum SplitBehavior { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous }
