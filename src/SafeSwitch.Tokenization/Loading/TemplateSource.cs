namespace SafeSwitch.Tokenization.Loading;

/// <summary>A chat template as written, and the file that it is from.</summary>
internal sealed record TemplateSource(string Text, string Name);
