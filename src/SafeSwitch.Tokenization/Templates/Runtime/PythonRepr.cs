using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;
using SafeSwitch.Tokenization.Marking;

namespace SafeSwitch.Tokenization.Templates.Runtime;

/// <summary>Values as Python's <c>repr</c> writes them.</summary>
internal static class PythonRepr
{
    private const int Longest = 1 << 24;

    public static string Of(object? value)
    {
        var result = new StringBuilder();
        Append(value, result);
        return result.ToString();
    }

    private static void Append(object? value, StringBuilder result)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (result.Length > Longest)
            throw new TemplateFault($"the text of a value is longer than {Longest} characters, which is the limit");
        switch (value)
        {
            case null: result.Append("None"); break;
            case bool flag: result.Append(flag ? "True" : "False"); break;
            case long number: result.Append(number.ToString(CultureInfo.InvariantCulture)); break;
            case BigInteger big: result.Append(big.ToString(CultureInfo.InvariantCulture)); break;
            case double real: result.Append(PythonNumber.Repr(real)); break;
            case MarkedText { IsSafe: true } safe:
                result.Append("Markup(");
                AppendText(safe.Value, result);
                result.Append(')');
                break;
            case MarkedText text: AppendText(text.Value, result); break;
            case Undefined: result.Append("Undefined"); break;
            case TemplateList list: AppendList(list, result); break;
            case MapView view:
                result.Append(Python.TypeName(view)).Append('(');
                AppendList(view.Items, result);
                result.Append(')');
                break;
            case TemplateMap map: AppendMap(map.Pairs, result); break;
            case Namespace fields:
                result.Append("<Namespace ");
                AppendMap(fields.Fields.Select(field => ((object?)MarkedText.Template(field.Key), field.Value)), result);
                result.Append('>');
                break;
            case IntegerRange { Bounds: var (start, stop, step) }:
                result.Append(CultureInfo.InvariantCulture, $"range({start}, {stop}").Append(step == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $", {step}")).Append(')');
                break;
            default: result.Append('<').Append(Python.TypeName(value)).Append(" object>"); break;
        }
    }

    private static void AppendList(TemplateList list, StringBuilder result)
    {
        result.Append(list.IsTuple ? '(' : '[');
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (i > 0)
                result.Append(", ");
            Append(list.Items[i], result);
        }

        if (list is { IsTuple: true, Items.Count: 1 })
            result.Append(',');
        result.Append(list.IsTuple ? ')' : ']');
    }

    private static void AppendMap(IEnumerable<(object? Key, object? Value)> pairs, StringBuilder result)
    {
        result.Append('{');
        var first = true;
        foreach (var (key, value) in pairs)
        {
            if (!first)
                result.Append(", ");
            first = false;
            Append(key, result);
            result.Append(": ");
            Append(value, result);
        }

        result.Append('}');
    }

    private static void AppendText(string text, StringBuilder result)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        result.Append(quote);
        for (var i = 0; i < text.Length; i++)
        {
            var unit = text[i];
            switch (unit)
            {
                case '\\': result.Append(@"\\"); break;
                case '\n': result.Append(@"\n"); break;
                case '\r': result.Append(@"\r"); break;
                case '\t': result.Append(@"\t"); break;
                case < ' ' or '\x7F': result.Append(CultureInfo.InvariantCulture, $"\\x{(int)unit:x2}"); break;
                default:
                    if (unit == quote)
                        result.Append('\\').Append(unit);
                    else if (i + 1 < text.Length && char.IsSurrogatePair(unit, text[i + 1]))
                        AppendRune(char.ConvertToUtf32(unit, text[++i]), result);
                    else
                        AppendRune(unit, result);
                    break;
            }
        }

        result.Append(quote);
    }

    public static bool IsPrintable(Rune rune) => IsPrintable(rune.Value);

    private static bool IsPrintable(int code) => code == ' ' || CharUnicodeInfo.GetUnicodeCategory(code) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.SpaceSeparator);

    private static void AppendRune(int code, StringBuilder result)
    {
        if (IsPrintable(code))
            result.Append(code < 0x10000 ? ((char)code).ToString() : char.ConvertFromUtf32(code));
        else if (code < 0x100)
            result.Append(CultureInfo.InvariantCulture, $"\\x{code:x2}");
        else
            result.Append(code < 0x10000 ? string.Create(CultureInfo.InvariantCulture, $"\\u{code:x4}") : string.Create(CultureInfo.InvariantCulture, $"\\U{code:x8}"));
    }
}
