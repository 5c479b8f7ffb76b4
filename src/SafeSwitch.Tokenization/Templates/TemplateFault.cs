namespace SafeSwitch.Tokenization.Templates;

/// <summary>Something went wrong at the place that is being parsed or evaluated; whoever knows the place makes a
/// <see cref="ChatTemplateException"/> of it.</summary>
internal sealed class TemplateFault(string message) : Exception(message);
