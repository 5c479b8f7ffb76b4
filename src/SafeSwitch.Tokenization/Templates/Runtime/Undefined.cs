namespace SafeSwitch.Tokenization.Templates.Runtime;

/// <summary>Something went wrong at the place that is being parsed or evaluated; whoever knows the place makes a
/// <see cref="ChatTemplateException"/> of it.</summary>
/// <param name="message">What went wrong.</param>
/// <param name="lengthReached">How much text there was when that became more than is allowed; null for any other fault.</param>
internal sealed class TemplateFault(string message, long? lengthReached = null) : Exception(message)
{
    public long? LengthReached => lengthReached;
}

/// <summary>What a name or field without a value stands for: empty where it is printed or walked through, an error where it is used.</summary>
internal sealed class Undefined(string hint)
{
    public TemplateFault Fault() => new(hint);

    public static Undefined Name(string name) => new($"'{name}' is undefined");

    public static Undefined Field(object? owner, string field) => owner is Undefined outer
        ? throw outer.Fault()
        : new Undefined($"'{Python.TypeName(owner)} object' has no attribute '{field}'");
}
