namespace SafeSwitch.Tokenization.Templates.Values;

/// <summary>A container whose fields a template may set, to carry a value out of a loop.</summary>
internal sealed class Namespace
{
    public Dictionary<string, object?> Fields { get; } = new(StringComparer.Ordinal);
}
