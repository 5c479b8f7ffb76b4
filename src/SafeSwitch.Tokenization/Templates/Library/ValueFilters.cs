using System.Globalization;
using System.Numerics;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>Filters that give a number, or another single value.</summary>
internal static class ValueFilters
{
    public static readonly Dictionary<string, Filters.Filter> All = new()
    {
        ["default"] = Default,
        ["d"] = Default,
        ["abs"] = (_, value, a) => value switch
        {
            _ when !a.None("abs") => null,
            double real => Math.Abs(real),
            _ when PythonNumber.IsInteger(value) => PythonNumber.Normalize(BigInteger.Abs(PythonNumber.ToBig(value))),
            Undefined undefined => throw undefined.Fault(),
            _ => throw new TemplateFault($"bad operand type for abs(): '{Python.TypeName(value)}'"),
        },
        ["int"] = ToInt,
        ["float"] = (_, value, a) => ToFloat(value, a.Bind("float", "default").Get(0, 0.0)),
        ["round"] = Round,
        ["attr"] = (_, value, a) => Attribute(value, Python.Str(a.Bind("attr", "name").Need(0)).Value),
    };

    private static object? Default(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("default", "default_value", "boolean");
        return value is Undefined || (bound.Bool(1) && !Python.IsTrue(value)) ? bound.Get(0, MarkedText.Empty) : value;
    }

    private static object? Attribute(object? value, string name) => value is TemplateMap map
        ? MapMethods.Find(map, name) ?? Undefined.Field(value, name)
        : Members.Field(value, name);

    private static object? ToInt(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("int", "default", "base");
        var fallback = bound.Get(0, 0L);
        switch (value)
        {
            case Undefined undefined:
                throw undefined.Fault();
            case double real:
                return double.IsFinite(real) ? PythonNumber.Normalize(new BigInteger(Math.Truncate(real))) : fallback;
            case MarkedText text:
                return ParseInt(text.Value, bound.Int(1, 10)) is { } number ? PythonNumber.Normalize(number)
                    : ToFloat(value, null) is double parsed && double.IsFinite(parsed) ? PythonNumber.Normalize(new BigInteger(Math.Truncate(parsed)))
                    : fallback;
            default:
                return PythonNumber.IsInteger(value) ? PythonNumber.Normalize(PythonNumber.ToBig(value)) : fallback;
        }
    }

    private static BigInteger? ParseInt(string text, long radix)
    {
        text = text.Trim().Replace("_", "", StringComparison.Ordinal);
        var negative = text.StartsWith('-');
        if (text.Length > 0 && text[0] is '+' or '-')
            text = text[1..];
        if (radix is 16 or 8 or 2 && text.Length > 2 && text[0] == '0' && char.ToLowerInvariant(text[1]) == (radix == 16 ? 'x' : radix == 8 ? 'o' : 'b'))
            text = text[2..];
        if (text.Length is 0 or > 4300)
            return null;
        BigInteger result = 0;
        foreach (var unit in text)
        {
            var digit = char.IsAsciiLetter(unit) ? char.ToLowerInvariant(unit) - 'a' + 10 : CharUnicodeInfo.GetDecimalDigitValue(unit);
            if (digit < 0 || digit >= radix)
                return null;
            result = result * radix + digit;
        }

        return negative ? -result : result;
    }

    public static object? ToFloat(object? value, object? fallback)
    {
        if (value is Undefined undefined)
            throw undefined.Fault();
        if (PythonNumber.IsNumber(value))
            return PythonNumber.ToDouble(value);
        if (value is not MarkedText text)
            return fallback;
        var trimmed = text.Value.Trim().Replace("_", "", StringComparison.Ordinal);
        return trimmed.TrimStart('+', '-').ToUpperInvariant() switch
        {
            "INF" or "INFINITY" => trimmed.StartsWith('-') ? double.NegativeInfinity : double.PositiveInfinity,
            "NAN" => double.NaN,
            _ => double.TryParse(trimmed, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
                ? number : fallback,
        };
    }

    private static object? Round(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("round", "precision", "method");
        var method = bound.Text(1, "common").Value;
        if (method is not ("common" or "ceil" or "floor"))
            throw new TemplateFault("method must be common, ceil or floor");
        if (!PythonNumber.IsNumber(value))
            throw (value as Undefined)?.Fault() ?? new TemplateFault($"type {Python.TypeName(value)} doesn't define __round__ method");
        var precision = bound.Get(0, 0L);
        if (method != "common")
            return RoundTo(method == "ceil", value, precision);
        if (precision is null)
            return value is double real ? PythonNumber.Truncate(RoundCommon(real, 0)) : PythonNumber.Normalize(PythonNumber.ToBig(value));
        var digits = (int)Math.Clamp(Python.ToIndex(precision), -300, 300);
        return PythonNumber.IsInteger(value)
            ? RoundWhole(PythonNumber.ToBig(value), -digits)
            : RoundCommon(PythonNumber.ToDouble(value), digits);
    }

    private static object RoundTo(bool up, object? value, object? precision)
    {
        var scale = PythonNumber.Power(10L, precision is null ? throw new TemplateFault("unsupported operand type(s) for **: 'int' and 'NoneType'") : precision);
        var scaled = PythonNumber.Multiply(value, scale);
        return PythonNumber.Divide(scaled is double real ? PythonNumber.Truncate(up ? Math.Ceiling(real) : Math.Floor(real)) : scaled, scale);
    }

    /// <summary>A whole number rounded to a number of zeros at its end, ties to even.</summary>
    private static object RoundWhole(BigInteger value, int zeros)
    {
        if (zeros <= 0)
            return PythonNumber.Normalize(value);
        var unit = BigInteger.Pow(10, zeros);
        var quotient = BigInteger.DivRem(BigInteger.Abs(value), unit, out var rest);
        if (rest * 2 > unit || (rest * 2 == unit && !quotient.IsEven))
            quotient += 1;
        return PythonNumber.Normalize(quotient * unit * value.Sign);
    }

    /// <summary>Python rounds the exact value of the number to the nearest, ties to even; so all its digits are looked at.</summary>
    private static double RoundCommon(double value, int precision)
    {
        const int ExactDigits = 60;
        if (!double.IsFinite(value) || precision > 20)
            return value;
        var exact = BigInteger.Parse(Math.Abs(value).ToString("F" + ExactDigits, CultureInfo.InvariantCulture).Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
        var unit = BigInteger.Pow(10, ExactDigits - precision);
        var quotient = BigInteger.DivRem(exact, unit, out var rest);
        if (rest * 2 > unit || (rest * 2 == unit && !quotient.IsEven))
            quotient += 1;
        return double.CopySign(double.Parse(string.Create(CultureInfo.InvariantCulture, $"{quotient}e{-precision}"), CultureInfo.InvariantCulture), value);
    }
}
