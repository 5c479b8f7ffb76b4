using System.Globalization;
using System.Text;

namespace SafeSwitch.Tokenization.Templates.Syntax;

/// <summary>The escapes of a string literal, as Python reads them; one that it does not know stays as it is written.</summary>
internal static class StringEscapes
{
    public static string Decode(ReadOnlySpan<char> literal, Func<string, Exception> error)
    {
        if (!literal.Contains('\\'))
            return literal.ToString();
        var result = new StringBuilder(literal.Length);
        for (var i = 0; i < literal.Length; i++)
        {
            if (literal[i] != '\\' || i + 1 == literal.Length)
            {
                result.Append(literal[i]);
                continue;
            }

            var kind = literal[++i];
            switch (kind)
            {
                case '\n': break;
                case '\\' or '\'' or '"': result.Append(kind); break;
                case 'n': result.Append('\n'); break;
                case 'r': result.Append('\r'); break;
                case 't': result.Append('\t'); break;
                case 'a': result.Append('\a'); break;
                case 'b': result.Append('\b'); break;
                case 'f': result.Append('\f'); break;
                case 'v': result.Append('\v'); break;
                case 'x': i = Hex(literal, i, 2, result, error); break;
                case 'u': i = Hex(literal, i, 4, result, error); break;
                case 'U': i = Hex(literal, i, 8, result, error); break;
                case >= '0' and <= '7':
                    var value = 0;
                    var last = Math.Min(i + 3, literal.Length);
                    for (; i < last && literal[i] is >= '0' and <= '7'; i++)
                        value = value * 8 + (literal[i] - '0');
                    i--;
                    result.Append((char)value);
                    break;
                default: result.Append('\\').Append(kind); break;
            }
        }

        return result.ToString();
    }

    private static int Hex(ReadOnlySpan<char> literal, int at, int digits, StringBuilder result, Func<string, Exception> error)
    {
        if (at + digits > literal.Length - 1 || !int.TryParse(literal.Slice(at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || code is < 0 or > 0x10FFFF)
        {
            throw error($"The escape '\\{literal[at]}' needs {digits} hexadecimal digits of a character.");
        }

        if (code < 0x10000)
            result.Append((char)code);
        else
            result.Append(char.ConvertFromUtf32(code));
        return at + digits;
    }
}
