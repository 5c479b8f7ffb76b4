using SafeSwitch.Tokenization.Marking;

namespace SafeSwitch.Tokenization.Templates.Values;

/// <summary>Arguments laid out over the parameters of what is called.</summary>
internal sealed class BoundArguments(string callee, string[] parameters, object?[] values, bool[] present)
{
    public bool Has(int index) => present[index];

    public object? Get(int index, object? fallback = null) => present[index] ? values[index] : fallback;

    public object? Need(int index) => present[index]
        ? values[index]
        : throw new TemplateFault($"{callee}() missing required argument: '{parameters[index]}'");

    public bool Bool(int index, bool fallback = false) => present[index] ? Python.IsTrue(values[index]) : fallback;

    public long Int(int index, long? fallback = null) => !present[index] && fallback is { } number ? number : Python.ToIndex(Need(index));

    public MarkedText Text(int index) => Need(index) as MarkedText
        ?? throw new TemplateFault($"{callee}(): '{parameters[index]}' must be str, not {Python.TypeName(values[index])}");

    public MarkedText Text(int index, string fallback) => present[index] ? Text(index) : MarkedText.Template(fallback);

    /// <summary>Text, or null where none is given or None is.</summary>
    public MarkedText? TextOrNone(int index) => present[index] && values[index] is not null ? Text(index) : null;
}
