using System.Globalization;
using System.Numerics;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>How one value is laid out: <c>[[fill]align][sign][#][0][width][,][.precision][type]</c>.</summary>
internal sealed record FormatSpec
{
    public char Fill { get; init; } = ' ';

    /// <summary>One of <c>&lt; &gt; ^ =</c>, or NUL: text to the left, numbers to the right.</summary>
    public char Align { get; init; }

    public char Sign { get; init; } = '-';

    public bool Alternate { get; init; }

    public char Grouping { get; init; }

    public long Width { get; init; }

    public int Precision { get; init; } = -1;

    public char Type { get; init; }

    public static FormatSpec Parse(string text)
    {
        var spec = new FormatSpec();
        var at = 0;
        if (text.Length > 1 && text[1] is '<' or '>' or '^' or '=')
        {
            spec = spec with { Fill = text[0], Align = text[1] };
            at = 2;
        }
        else if (text.Length > 0 && text[0] is '<' or '>' or '^' or '=')
        {
            spec = spec with { Align = text[0] };
            at = 1;
        }

        if (at < text.Length && text[at] is '+' or '-' or ' ')
            spec = spec with { Sign = text[at++] };
        if (at < text.Length && text[at] == '#')
            (spec, at) = (spec with { Alternate = true }, at + 1);
        if (at < text.Length && text[at] == '0')
            (spec, at) = (spec.Align == 0 ? spec with { Fill = '0', Align = '=' } : spec with { Fill = '0' }, at + 1);
        spec = spec with { Width = Number(text, ref at) ?? 0 };
        if (at < text.Length && text[at] is ',' or '_')
            spec = spec with { Grouping = text[at++] };
        if (at < text.Length && text[at] == '.')
        {
            at++;
            spec = spec with { Precision = (int)Math.Min(Number(text, ref at) ?? throw new TemplateFault("Format specifier missing precision"), 10_000) };
        }

        if (at < text.Length)
            spec = spec with { Type = text[at++] };
        return at == text.Length ? spec : throw new TemplateFault($"Invalid format specifier '{text}'");
    }

    public MarkedText Apply(RenderContext context, object? value)
    {
        if (PythonNumber.IsNumber(value) && !(value is bool && Type is '\0' or 's'))
            return Layout(context, MarkedText.Template(Digits(value)), defaultAlign: '>');
        if (Type is not ('\0' or 's'))
            throw new TemplateFault($"Unknown format code '{Type}' for object of type '{Python.TypeName(value)}'");
        var text = Python.Str(value);
        return Layout(context, Precision >= 0 ? Slices.Between(text, 0, Precision) : text, defaultAlign: '<');
    }

    private MarkedText Layout(RenderContext context, MarkedText text, char defaultAlign)
    {
        var fill = MarkedText.Template(Fill.ToString());
        switch (Align == 0 ? defaultAlign : Align)
        {
            case '<':
                return TextEdits.Pad(context, text, Width, fill, TextEdits.Side.Right);
            case '^':
                var missing = Math.Max(0, Width - PythonText.Length(text.Value));
                text = TextEdits.Pad(context, text, PythonText.Length(text.Value) + missing / 2, fill, TextEdits.Side.Left);
                return TextEdits.Pad(context, text, Width, fill, TextEdits.Side.Right);
            case '=':
                var sign = text.Length > 0 && text.Value[0] is '+' or '-' or ' ' ? 1 : 0;
                return MarkedText.Concat(text.Slice(0, sign), TextEdits.Pad(context, text.Slice(sign..), Width - sign, fill, TextEdits.Side.Left));
            default:
                return TextEdits.Pad(context, text, Width, fill, TextEdits.Side.Left);
        }
    }

    private string Digits(object? value)
    {
        var whole = PythonNumber.IsInteger(value);
        var type = Type == 0 ? (whole ? 'd' : Precision >= 0 ? 'g' : 'r') : Type;
        if (type is 'd' or 'b' or 'o' or 'x' or 'X' or 'c')
        {
            if (!whole)
                throw new TemplateFault($"Unknown format code '{type}' for object of type 'float'");
            var number = PythonNumber.ToBig(value);
            if (type == 'c')
                return char.ConvertFromUtf32((int)number);
            return WithSign(number.Sign < 0, Prefix(type) + Group(Radix(BigInteger.Abs(number), type)));
        }

        var real = PythonNumber.ToDouble(value);
        var text = Real(Math.Abs(real), type);
        return WithSign(double.IsNegative(real) && !double.IsNaN(real), type is 'e' or 'E' ? text : Group(text));
    }

    private string WithSign(bool negative, string digits) => (negative ? "-" : Sign == '-' ? "" : Sign.ToString()) + digits;

    private string Prefix(char type) => Alternate && type != 'd' ? "0" + type : "";

    private static string Radix(BigInteger value, char type)
    {
        if (type == 'd')
            return value.ToString(CultureInfo.InvariantCulture);
        if (value.IsZero)
            return "0";
        var radix = type switch { 'b' => 2, 'o' => 8, _ => 16 };
        List<char> digits = [];
        for (; !value.IsZero; value /= radix)
            digits.Add((type == 'X' ? "0123456789ABCDEF" : "0123456789abcdef")[(int)(value % radix)]);
        digits.Reverse();
        return string.Concat(digits);
    }

    private string Real(double value, char type)
    {
        if (double.IsNaN(value) || double.IsInfinity(value))
            return char.IsUpper(type) ? PythonNumber.Repr(value).ToUpperInvariant() : PythonNumber.Repr(value);
        var precision = Precision < 0 ? 6 : Precision;
        switch (type)
        {
            case 'f' or 'F':
                return value.ToString("F" + precision, CultureInfo.InvariantCulture);
            case '%':
                return (value * 100).ToString("F" + precision, CultureInfo.InvariantCulture) + "%";
            case 'e' or 'E':
                return Exponent(value, precision, type);
            case 'g' or 'G' or 'n':
                return General(value, Math.Max(1, precision), type == 'G' ? 'E' : 'e');
            case 'r':
                return PythonNumber.Repr(value);
            default:
                throw new TemplateFault($"Unknown format code '{type}' for object of type 'float'");
        }
    }

    private static string Exponent(double value, int precision, char type)
    {
        var text = value.ToString("E" + precision, CultureInfo.InvariantCulture);
        var e = text.IndexOf('E');
        var exponent = int.Parse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return text[..e] + type + (exponent < 0 ? "-" : "+") + Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);
    }

    private static string General(double value, int precision, char exponentMark)
    {
        var scientific = Exponent(value, precision - 1, 'e');
        var exponent = int.Parse(scientific.AsSpan(scientific.IndexOf('e') + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        if (value == 0)
            return "0";
        if (exponent < -4 || exponent >= precision)
            return Trim(scientific[..scientific.IndexOf('e')]) + exponentMark + scientific[(scientific.IndexOf('e') + 1)..];
        return Trim(value.ToString("F" + Math.Max(0, precision - 1 - exponent), CultureInfo.InvariantCulture));
    }

    private static string Trim(string digits) => digits.Contains('.') ? digits.TrimEnd('0').TrimEnd('.') : digits;

    private string Group(string digits)
    {
        if (Grouping == 0)
            return digits;
        var dot = digits.IndexOf('.');
        var end = dot < 0 ? digits.Length : dot;
        while (end > 0 && !char.IsAsciiDigit(digits[end - 1]))
            end--;
        var whole = digits[..end];
        for (var i = end - 3; i > 0; i -= 3)
            whole = whole.Insert(i, Grouping.ToString());
        return whole + digits[end..];
    }

    private static long? Number(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return at == start ? null : long.TryParse(text.AsSpan(start, at - start), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new TemplateFault("Too many decimal digits in format string");
    }
}
