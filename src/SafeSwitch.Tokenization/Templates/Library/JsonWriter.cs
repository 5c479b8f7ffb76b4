using System.Globalization;
using System.Numerics;
using System.Text;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>Values as Python's <c>json.dumps</c> writes them.</summary>
internal sealed class JsonWriter(RenderContext context, bool ascii, string? indent, string itemSeparator, string keySeparator, bool sortKeys)
{
    private readonly StringBuilder result = new();

    public string Write(object? value)
    {
        Append(value, 0);
        return result.ToString();
    }

    private void Append(object? value, int depth)
    {
        context.Step();
        context.Charge(1);
        switch (value)
        {
            case null: result.Append("null"); break;
            case bool flag: result.Append(flag ? "true" : "false"); break;
            case long number: result.Append(number.ToString(CultureInfo.InvariantCulture)); break;
            case BigInteger big: result.Append(big.ToString(CultureInfo.InvariantCulture)); break;
            case double real: result.Append(Real(real)); break;
            case MarkedText text: AppendText(text.Value); break;
            case TemplateList list:
                AppendAll('[', ']', list.Items.Count, depth, i => Append(list.Items[i], depth + 1));
                break;
            case TemplateMap map: AppendMap(map, depth); break;
            default: throw new TemplateFault($"Object of type {Python.TypeName(value)} is not JSON serializable");
        }
    }

    private void AppendMap(TemplateMap map, int depth)
    {
        (object? Key, object? Value)[] pairs = [.. map.Pairs];
        if (sortKeys)
            pairs = [.. pairs.OrderBy(p => p.Key, Comparer<object?>.Create((a, b) => Python.Compare(a, b)))];
        AppendAll('{', '}', pairs.Length, depth, i =>
        {
            AppendText(Key(pairs[i].Key));
            result.Append(keySeparator);
            Append(pairs[i].Value, depth + 1);
        });
    }

    private void AppendAll(char open, char close, int count, int depth, Action<int> append)
    {
        result.Append(open);
        for (var i = 0; i < count; i++)
        {
            if (i > 0)
                result.Append(itemSeparator);
            NewLine(depth + 1);
            append(i);
        }

        if (count > 0)
            NewLine(depth);
        result.Append(close);
    }

    private void NewLine(int depth)
    {
        if (indent is null)
            return;
        context.Charge((long)indent.Length * depth);
        result.Append('\n');
        for (var i = 0; i < depth; i++)
            result.Append(indent);
    }

    private static string Key(object? key) => key switch
    {
        MarkedText text => text.Value,
        null => "null",
        bool flag => flag ? "true" : "false",
        double real => Real(real),
        long or BigInteger => PythonRepr.Of(key),
        _ => throw new TemplateFault($"keys must be str, int, float, bool or None, not {Python.TypeName(key)}"),
    };

    private static string Real(double value) =>
        double.IsNaN(value) ? "NaN" : double.IsInfinity(value) ? (value > 0 ? "Infinity" : "-Infinity") : PythonNumber.Repr(value);

    private void AppendText(string text)
    {
        context.Charge(text.Length);
        result.Append('"');
        foreach (var unit in text)
        {
            switch (unit)
            {
                case '"': result.Append("\\\""); break;
                case '\\': result.Append(@"\\"); break;
                case '\n': result.Append(@"\n"); break;
                case '\r': result.Append(@"\r"); break;
                case '\t': result.Append(@"\t"); break;
                case '\b': result.Append(@"\b"); break;
                case '\f': result.Append(@"\f"); break;
                default:
                    if (unit < ' ' || (ascii && unit > '~'))
                        result.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");
                    else
                        result.Append(unit);
                    break;
            }
        }

        result.Append('"');
    }
}
