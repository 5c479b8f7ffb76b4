namespace SafeSwitch.Tokenization.Templates;

/// <summary>The variables of one block, and of those around it.</summary>
internal sealed class Scope(Scope? outer)
{
    private readonly Dictionary<string, object?> values = new(StringComparer.Ordinal);

    public void Set(string name, object? value) => values[name] = value;

    public bool TryGet(string name, out object? value)
    {
        for (var scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.values.TryGetValue(name, out value))
                return true;
        }

        value = null;
        return false;
    }

    private Scope? Outer => outer;
}
