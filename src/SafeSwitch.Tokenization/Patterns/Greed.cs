namespace SafeSwitch.Tokenization.Patterns;

internal enum Greed { Greedy, Lazy, Possessive }
