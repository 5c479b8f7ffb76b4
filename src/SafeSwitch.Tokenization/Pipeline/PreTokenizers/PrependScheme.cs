namespace SafeSwitch.Tokenization.Pipeline.PreTokenizers;

internal enum PrependScheme { First, Never, Always }
