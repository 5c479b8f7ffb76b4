using System.Globalization;
using System.Numerics;

namespace SafeSwitch.Tokenization.Templates.Runtime;

/// <summary>Numbers as Python writes and computes them. Whole numbers are <see cref="long"/>, or <see cref="BigInteger"/> beyond.</summary>
internal static class PythonNumber
{
    private const int LargestPower = 100_000;

    public static bool IsInteger(object? value) => value is long or BigInteger or bool;

    public static bool IsNumber(object? value) => value is long or double or BigInteger or bool;

    public static BigInteger ToBig(object? value) => value switch
    {
        long number => number,
        BigInteger big => big,
        bool flag => flag ? 1 : 0,
        _ => throw new TemplateFault($"'{Python.TypeName(value)}' object cannot be interpreted as an integer"),
    };

    public static double ToDouble(object? value) => value switch
    {
        double real => real,
        long number => number,
        bool flag => flag ? 1 : 0,
        BigInteger big => (double)big,
        _ => throw new TemplateFault($"must be real number, not {Python.TypeName(value)}"),
    };

    public static object Normalize(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;

    /// <summary>The shortest digits that read back as the same number, in Python's layout.</summary>
    public static string Repr(double value)
    {
        if (double.IsNaN(value))
            return "nan";
        if (double.IsInfinity(value))
            return value > 0 ? "inf" : "-inf";
        if (value == 0)
            return double.IsNegative(value) ? "-0.0" : "0.0";
        var shortest = value.ToString("R", CultureInfo.InvariantCulture).TrimStart('-');
        var e = shortest.IndexOf('E');
        var power = e < 0 ? 0 : int.Parse(shortest.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? shortest : shortest[..e];
        var point = mantissa.IndexOf('.');
        var plain = mantissa.Replace(".", "", StringComparison.Ordinal);
        var digits = plain.TrimStart('0');
        // The power of ten of the first digit that counts.
        var exponent = (point < 0 ? plain.Length : point) - 1 - (plain.Length - digits.Length) + power;
        digits = digits.TrimEnd('0');
        var sign = value < 0 ? "-" : "";
        return sign + (exponent is >= -4 and < 16 ? Plain(digits, exponent) : Scientific(digits, exponent));
    }

    /// <summary>A real number cut to a whole one, <c>int()</c>.</summary>
    public static object Truncate(double value) => double.IsFinite(value)
        ? Normalize(new BigInteger(value))
        : throw new TemplateFault(double.IsNaN(value) ? "cannot convert float NaN to integer" : "cannot convert float infinity to integer");

    public static object Add(object? a, object? b) => Compute(a, b, (x, y) => x + y, (x, y) => x + y);

    public static object Subtract(object? a, object? b) => Compute(a, b, (x, y) => x - y, (x, y) => x - y);

    public static object Multiply(object? a, object? b) => Compute(a, b, (x, y) => x * y, (x, y) => x * y);

    public static object Divide(object? a, object? b) => ToDouble(b) is 0
        ? throw new TemplateFault("division by zero")
        : ToDouble(a) / ToDouble(b);

    public static object FloorDivide(object? a, object? b) => ToDouble(b) is 0
        ? throw new TemplateFault("integer division or modulo by zero")
        : Compute(a, b, Floor, FloorDivide);

    public static object Modulo(object? a, object? b) => ToDouble(b) is 0
        ? throw new TemplateFault("integer modulo by zero")
        : Compute(a, b, (x, y) => x - Floor(x, y) * y, Modulo);

    public static object Power(object? a, object? b)
    {
        if (!IsInteger(a) || !IsInteger(b) || ToBig(b) < 0)
        {
            var (x, y) = (ToDouble(a), ToDouble(b));
            if (x == 0 && y < 0)
                throw new TemplateFault("0.0 cannot be raised to a negative power");
            if (x < 0 && Math.Floor(y) != y)
                throw new TemplateFault("complex numbers are not supported");
            var power = Math.Pow(x, y);
            return double.IsInfinity(power) && double.IsFinite(x) && double.IsFinite(y) ? throw new TemplateFault("Result too large") : power;
        }

        if (BigInteger.Abs(ToBig(a)) <= 1)
            return ToBig(a).IsOne || ToBig(b).IsZero ? 1L : ToBig(a).IsZero ? 0L : ToBig(b).IsEven ? 1L : -1L;
        if (ToBig(b) * Math.Max(1, (long)ToBig(a).GetBitLength()) > LargestPower)
            throw new TemplateFault("the power is too large");
        return Normalize(BigInteger.Pow(ToBig(a), (int)ToBig(b)));
    }

    private static object Compute(object? a, object? b, Func<BigInteger, BigInteger, BigInteger> whole, Func<double, double, double> real)
    {
        if (!IsInteger(a) || !IsInteger(b))
            return real(ToDouble(a), ToDouble(b));
        var result = whole(ToBig(a), ToBig(b));
        if (result.GetBitLength() > LargestPower)
            throw new TemplateFault("the number is too large");
        return Normalize(result);
    }

    private static BigInteger Floor(BigInteger a, BigInteger b)
    {
        var quotient = BigInteger.DivRem(a, b, out var remainder);
        return !remainder.IsZero && remainder.Sign != b.Sign ? quotient - 1 : quotient;
    }

    /// <summary>The rest of a division, with the sign of the divisor.</summary>
    private static double Modulo(double a, double b)
    {
        var rest = a % b;
        if (rest == 0)
            return double.CopySign(0, b);
        return rest < 0 != b < 0 ? rest + b : rest;
    }

    private static double FloorDivide(double a, double b)
    {
        // The rest of the exact division first: dividing first would round up where the quotient is just below a whole number.
        var quotient = (a - Modulo(a, b)) / b;
        if (quotient == 0)
            return double.CopySign(0, a / b);
        var floor = Math.Floor(quotient);
        return quotient - floor > 0.5 ? floor + 1 : floor;
    }

    private static string Plain(string digits, int exponent)
    {
        if (exponent < 0)
            return "0." + new string('0', -exponent - 1) + digits;
        if (digits.Length <= exponent + 1)
            return digits + new string('0', exponent + 1 - digits.Length) + ".0";
        return digits[..(exponent + 1)] + "." + digits[(exponent + 1)..];
    }

    private static string Scientific(string digits, int exponent) =>
        (digits.Length == 1 ? digits : digits[..1] + "." + digits[1..])
        + "e" + (exponent < 0 ? "-" : "+") + Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture);
}
