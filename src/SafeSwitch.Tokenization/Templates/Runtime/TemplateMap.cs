using System.Runtime.CompilerServices;

namespace SafeSwitch.Tokenization.Templates.Runtime;

/// <summary>What <c>items()</c>, <c>keys()</c> and <c>values()</c> give: to be walked through and counted, not indexed.</summary>
internal sealed record MapView(string Part, TemplateList Items);

/// <summary>A dictionary that keeps its order. Keys are equal as Python has it: 1, 1.0 and true are one key.</summary>
internal sealed class TemplateMap
{
    private readonly OrderedDictionary<object, object?> entries = new(KeyComparer.Instance);

    private long? weight;

    public int Count => entries.Count;

    /// <inheritdoc cref="Python.Weight"/>
    public long Weight => weight ??= Python.WeightOf(Keys) + Python.WeightOf(Values);

    public void Set(object? key, object? value)
    {
        RefuseUnhashable(key);
        weight = null;
        entries[KeyComparer.Wrap(key)] = value;
    }

    public bool TryGet(object? key, out object? value) => entries.TryGetValue(KeyComparer.Wrap(key), out value);

    /// <summary>Whether there is an entry; an error for a key that no dictionary can hold.</summary>
    public bool Contains(object? key)
    {
        RefuseUnhashable(key);
        return entries.ContainsKey(KeyComparer.Wrap(key));
    }

    public IEnumerable<object?> Keys => entries.Keys.Select(KeyComparer.Unwrap);

    public IEnumerable<object?> Values => entries.Values;

    public IEnumerable<(object? Key, object? Value)> Pairs => entries.Select(e => (KeyComparer.Unwrap(e.Key), e.Value));

    public static void RefuseUnhashable(object? key)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (key is TemplateList { IsTuple: false } or TemplateMap)
            throw new TemplateFault($"unhashable type: '{Python.TypeName(key)}'");
        if (key is TemplateList tuple)
        {
            // Each look-up reads all of a key.
            if (tuple.Weight > LargestKey)
                throw new TemplateFault($"a key of a dictionary holds more than {LargestKey} items and characters, which is the limit");
            foreach (var item in tuple.Items)
            {
                RefuseUnhashable(item);
            }
        }
    }

    private const int LargestKey = 100_000;

    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public static readonly KeyComparer Instance = new();

        private static readonly object NoneKey = new();

        public static object Wrap(object? key) => key ?? NoneKey;

        public static object? Unwrap(object key) => ReferenceEquals(key, NoneKey) ? null : key;

        public new bool Equals(object? x, object? y) => ReferenceEquals(x, y) || (x != NoneKey && y != NoneKey && Python.AreEqual(x, y));

        public int GetHashCode(object key) => key switch
        {
            Undefined => 0,
            bool flag => flag ? 1 : 0,
            long number => number.GetHashCode(),
            double real when Math.Floor(real) == real && Math.Abs(real) < 1e15 => ((long)real).GetHashCode(),
            TemplateList list => HashOf(list),
            _ => key.GetHashCode(),
        };

        private int HashOf(TemplateList list)
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            return list.Items.Aggregate(17, (hash, item) => hash * 31 + GetHashCode(Wrap(item)));
        }
    }
}

/// <summary>A container whose fields a template may set, to carry a value out of a loop.</summary>
internal sealed class Namespace
{
    public Dictionary<string, object?> Fields { get; } = new(StringComparer.Ordinal);
}
