using System.Globalization;
using System.Text;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>Python's <c>strftime</c> in the C locale.</summary>
internal static class Strftime
{
    public static string Format(string format, DateTimeOffset now)
    {
        var result = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                result.Append(format[i]);
                continue;
            }

            var flag = format[i + 1] is '-' or '_' or '0' or '^' && i + 2 < format.Length ? format[++i] : '\0';
            result.Append(Field(format[++i], flag, now));
        }

        return result.ToString();
    }

    private static string Field(char field, char flag, DateTimeOffset now) => field switch
    {
        'a' => Case(Name(now, "ddd"), flag),
        'A' => Case(Name(now, "dddd"), flag),
        'b' or 'h' => Case(Name(now, "MMM"), flag),
        'B' => Case(Name(now, "MMMM"), flag),
        'c' => Format("%a %b %e %H:%M:%S %Y", now),
        'C' => Number(now.Year / 100, 2, flag),
        'd' => Number(now.Day, 2, flag),
        'D' or 'x' => Format("%m/%d/%y", now),
        'e' => Number(now.Day, 2, flag == 0 ? '_' : flag),
        'f' => Number(now.Microsecond + now.Millisecond * 1000, 6, flag),
        'F' => Format("%Y-%m-%d", now),
        'G' => Number(ISOWeek.GetYear(now.DateTime), 4, flag),
        'H' => Number(now.Hour, 2, flag),
        'I' => Number((now.Hour + 11) % 12 + 1, 2, flag),
        'j' => Number(now.DayOfYear, 3, flag),
        'k' => Number(now.Hour, 2, flag == 0 ? '_' : flag),
        'l' => Number((now.Hour + 11) % 12 + 1, 2, flag == 0 ? '_' : flag),
        'm' => Number(now.Month, 2, flag),
        'M' => Number(now.Minute, 2, flag),
        'n' => "\n",
        'p' => now.Hour < 12 ? "AM" : "PM",
        'P' => now.Hour < 12 ? "am" : "pm",
        'r' => Format("%I:%M:%S %p", now),
        'R' => Format("%H:%M", now),
        's' => now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'S' => Number(now.Second, 2, flag),
        't' => "\t",
        'T' or 'X' => Format("%H:%M:%S", now),
        'u' => Number(now.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)now.DayOfWeek, 1, flag),
        'U' => Number((now.DayOfYear + 6 - (int)now.DayOfWeek) / 7, 2, flag),
        'V' => Number(ISOWeek.GetWeekOfYear(now.DateTime), 2, flag),
        'w' => Number((int)now.DayOfWeek, 1, flag),
        'W' => Number((now.DayOfYear + 6 - ((int)now.DayOfWeek + 6) % 7) / 7, 2, flag),
        'y' => Number(now.Year % 100, 2, flag),
        'Y' => Number(now.Year, 1, flag),
        // The reference's clock knows no zone.
        'z' or 'Z' => "",
        '%' => "%",
        _ => "%" + field,
    };

    private static string Name(DateTimeOffset now, string format) => now.ToString(format, CultureInfo.InvariantCulture);

    private static string Case(string name, char flag) => flag == '^' ? name.ToUpperInvariant() : name;

    private static string Number(int value, int width, char flag)
    {
        var digits = value.ToString(CultureInfo.InvariantCulture);
        return flag == '-' ? digits : digits.PadLeft(width, flag == '_' ? ' ' : '0');
    }
}
