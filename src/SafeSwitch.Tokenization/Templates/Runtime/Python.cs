using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using SafeSwitch.Tokenization.Marking;

namespace SafeSwitch.Tokenization.Templates.Runtime;

/// <summary>What the values of a template are and how they compare, as in Python.</summary>
internal static class Python
{
    public static string TypeName(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        MarkedText { IsSafe: true } => "Markup",
        MarkedText => "str",
        TemplateList { IsTuple: true } => "tuple",
        TemplateList => "list",
        TemplateMap => "dict",
        Undefined => "Undefined",
        MapView view => "dict_" + view.Part,
        Namespace => "Namespace",
        TemplateReference => "TemplateReference",
        IntegerRange => "range",
        LazySequence => "generator",
        Callable => "function",
        _ => "object",
    };

    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long number => number != 0,
        double real => real != 0,
        BigInteger big => !big.IsZero,
        MarkedText text => text.Length > 0,
        TemplateList list => list.Items.Count > 0,
        TemplateMap map => map.Count > 0,
        MapView view => view.Items.Items.Count > 0,
        IntegerRange range => range.Count > 0,
        _ => true,
    };

    /// <summary>The items of whatever can be walked through.</summary>
    public static IEnumerable<object?> Iterate(object? value) => value switch
    {
        TemplateList list => list.Items,
        TemplateMap map => [.. map.Keys],
        MapView view => view.Items.Items,
        MarkedText text => Characters(text),
        IntegerRange range => range.Items,
        LazySequence lazy => lazy.Rest(),
        Undefined => [],
        _ => throw new TemplateFault($"'{TypeName(value)}' object is not iterable"),
    };

    public static bool IsIterable(object? value) => value is TemplateList or TemplateMap or MapView or MarkedText or IntegerRange or LazySequence or Undefined;

    public static long Length(object? value) => value switch
    {
        MarkedText text => PythonText.Length(text.Value),
        TemplateList list => list.Items.Count,
        TemplateMap map => map.Count,
        MapView view => view.Items.Items.Count,
        IntegerRange range => range.Count,
        Undefined => 0,
        _ => throw new TemplateFault($"object of type '{TypeName(value)}' has no len()"),
    };

    /// <summary>How many characters or items a value has itself.</summary>
    public static long Count(object? value) => value switch
    {
        TemplateList list => list.Items.Count,
        TemplateMap map => map.Count,
        MapView view => view.Items.Items.Count,
        _ => Weight(value),
    };

    /// <summary>How much there is to read of a value with all that is in it, in characters and items. A value may hold another many times,
    /// so this may be far more than was ever built.</summary>
    public static long Weight(object? value) => value switch
    {
        MarkedText text => text.Length,
        TemplateList list => list.Weight,
        TemplateMap map => map.Weight,
        MapView view => view.Items.Weight,
        IntegerRange range => range.Count,
        _ => 1,
    };

    public static long WeightOf(IEnumerable<object?> items)
    {
        const long Enough = long.MaxValue / 4;
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return items.Aggregate(1L, (sum, item) => Math.Min(Enough, sum + 1 + Weight(item)));
    }

    public static IEnumerable<MarkedText> Characters(MarkedText text)
    {
        for (var i = 0; i < text.Length;)
        {
            var width = i + 1 < text.Length && char.IsSurrogatePair(text.Value[i], text.Value[i + 1]) ? 2 : 1;
            yield return text.Slice(i, width);
            i += width;
        }
    }

    public static long ToIndex(object? value) => value switch
    {
        long number => number,
        bool flag => flag ? 1 : 0,
        BigInteger big => big.Sign > 0 ? long.MaxValue : long.MinValue,
        Undefined undefined => throw undefined.Fault(),
        _ => throw new TemplateFault($"'{TypeName(value)}' object cannot be interpreted as an integer"),
    };

    public static bool AreEqual(object? a, object? b)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (ReferenceEquals(a, b))
            return a is not double real || !double.IsNaN(real);
        switch (a, b)
        {
            case (null, _) or (_, null):
                return false;
            case (Undefined, Undefined):
                return true;
            case (MarkedText x, MarkedText y):
                return x.Value == y.Value;
            case (TemplateList x, TemplateList y):
                return x.IsTuple == y.IsTuple && x.Items.Count == y.Items.Count && x.Items.Zip(y.Items).All(p => AreEqual(p.First, p.Second));
            case (TemplateMap x, TemplateMap y):
                return x.Count == y.Count && x.Pairs.All(p => y.TryGet(p.Key, out var other) && AreEqual(p.Value, other));
            case (IntegerRange x, IntegerRange y):
                return x.Items.SequenceEqual(y.Items);
        }

        if (!PythonNumber.IsNumber(a) || !PythonNumber.IsNumber(b))
            return false;
        return a is double || b is double
            ? PythonNumber.ToDouble(a).Equals(PythonNumber.ToDouble(b)) && !double.IsNaN(PythonNumber.ToDouble(a))
            : PythonNumber.ToBig(a) == PythonNumber.ToBig(b);
    }

    /// <summary>The order of two values; an error if Python knows none.</summary>
    public static int Compare(object? a, object? b, string operation = "<")
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (a, b)
        {
            case (Undefined undefined, _):
                throw undefined.Fault();
            case (_, Undefined undefined):
                throw undefined.Fault();
            case (MarkedText x, MarkedText y):
                return PythonText.Compare(x.Value, y.Value);
            case (TemplateList x, TemplateList y) when x.IsTuple == y.IsTuple:
                for (var i = 0; i < Math.Min(x.Items.Count, y.Items.Count); i++)
                {
                    if (!AreEqual(x.Items[i], y.Items[i]))
                        return Compare(x.Items[i], y.Items[i], operation);
                }

                return x.Items.Count.CompareTo(y.Items.Count);
        }

        if (PythonNumber.IsNumber(a) && PythonNumber.IsNumber(b))
        {
            return a is double || b is double
                ? PythonNumber.ToDouble(a).CompareTo(PythonNumber.ToDouble(b))
                : PythonNumber.ToBig(a).CompareTo(PythonNumber.ToBig(b));
        }

        throw new TemplateFault($"'{operation}' not supported between instances of '{TypeName(a)}' and '{TypeName(b)}'");
    }

    public static bool Contains(object? container, object? item) => container switch
    {
        MarkedText text => item is MarkedText part
            ? text.Value.Contains(part.Value, StringComparison.Ordinal)
            : throw new TemplateFault($"'in <string>' requires string as left operand, not {TypeName(item)}"),
        TemplateMap map => map.Contains(item),
        IntegerRange range when PythonNumber.IsInteger(item) => range.Contains(PythonNumber.ToBig(item)),
        TemplateList or MapView or IntegerRange or LazySequence or Undefined => Iterate(container).Any(other => AreEqual(item, other)),
        _ => throw new TemplateFault($"argument of type '{TypeName(container)}' is not iterable"),
    };

    /// <summary>The mark that stands for all text in a value.</summary>
    public static int MarkOf(object? value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return value switch
        {
            MarkedText text => text.OverallMark,
            MapView view => MarkOf(view.Items),
            TemplateList list => list.Items.Aggregate(Mark.Template, (mark, item) => Mark.Join(mark, MarkOf(item))),
            TemplateMap map => map.Pairs.Aggregate(Mark.Template, (mark, pair) => Mark.Join(mark, Mark.Join(MarkOf(pair.Key), MarkOf(pair.Value)))),
            _ => Mark.Template,
        };
    }

    /// <summary><c>str()</c>: strings as they are, everything else as Python prints it.</summary>
    public static MarkedText Str(object? value) => value switch
    {
        MarkedText text => text,
        Undefined => MarkedText.Empty,
        long number => MarkedText.Template(number.ToString(CultureInfo.InvariantCulture)),
        _ => MarkedText.Of(PythonRepr.Of(value), MarkOf(value)),
    };
}
