namespace SafeSwitch.Instrumentation.Import;

/// <summary>Names with values, in the order in which they were saved.</summary>
internal sealed class TorchDictionary
{
    private readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, object?> Values => values;

    public void Set(string name, object? value) => values[name] = value;
}
