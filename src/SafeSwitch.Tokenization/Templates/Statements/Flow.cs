namespace SafeSwitch.Tokenization.Templates.Statements;

/// <summary>Where to go after a statement.</summary>
internal enum Flow { Next, Break, Continue }
