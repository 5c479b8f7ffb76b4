using System.Globalization;

namespace SafeSwitch.Tokenization.Patterns;

/// <summary>Reads a regular expression one code point or escape at a time.</summary>
internal sealed class PatternReader(string expression)
{
    /// <summary>Where reading is, in UTF-16 units.</summary>
    public int Position { get; set; }

    /// <summary>Whether letters match in either case from here on.</summary>
    public bool IgnoreCase { get; set; }

    public bool AtEnd => Position >= expression.Length;

    public ReadOnlySpan<char> Rest => expression.AsSpan(Position);

    /// <summary>What <c>\s</c>, <c>\p{L}</c> and the like stand for; null if the escape is of a single character.</summary>
    public Func<int, bool>? EscapedClass()
    {
        var start = Position;
        switch (Take())
        {
            case 's': return CodePointSet.IsWhiteSpace;
            case 'S': return c => !CodePointSet.IsWhiteSpace(c);
            case 'd': return CodePointSet.IsDigit;
            case 'D': return c => !CodePointSet.IsDigit(c);
            case 'w': return CodePointSet.IsWord;
            case 'W': return c => !CodePointSet.IsWord(c);
            case 'h': return c => c < 128 && char.IsAsciiHexDigit((char)c);
            case 'p': return Property(negated: false);
            case 'P': return Property(negated: true);
            default:
                Position = start;
                return null;
        }
    }

    private Func<int, bool> Property(bool negated)
    {
        string name;
        if (TryTake('{'))
        {
            negated ^= TryTake('^');
            var close = expression.IndexOf('}', Position);
            if (close < 0)
                throw Error("a property is not closed");
            name = expression[Position..close];
            Position = close + 1;
        }
        else
        {
            name = char.ConvertFromUtf32(Take());
        }

        var found = UnicodeProperty.Find(name) ?? throw Error($"the Unicode property '{name}' is not supported");
        return negated ? c => !found(c) : found;
    }

    public int EscapedCodePoint()
    {
        var code = Take();
        return code switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\f',
            'v' => '\v',
            'a' => '\a',
            'e' => 0x1B,
            '0' => 0,
            'x' when TryTake('{') => HexUntil('}'),
            'x' => Hex(2),
            'u' when TryTake('{') => HexUntil('}'),
            'u' => Hex(4),
            _ when code < 128 && char.IsAsciiLetterOrDigit((char)code) => throw Error($"the escape '\\{(char)code}' is not supported"),
            _ => code,
        };
    }

    private int HexUntil(char close)
    {
        var end = expression.IndexOf(close, Position);
        if (end < 0)
            throw Error("a code point is not closed");
        var code = Hex(end - Position);
        Position++;
        return code;
    }

    private int Hex(int digits)
    {
        if (Position + digits > expression.Length || digits is 0 or > 6 || !int.TryParse(expression.AsSpan(Position, digits),
                NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code))
        {
            throw Error("expected hexadecimal digits");
        }

        Position += digits;
        return code;
    }

    public CodePointSet Single(int code) =>
        CodePointSet.Of(IgnoreCase ? [.. CodePointSet.CaseVariants(code)] : [code]);

    public int Take()
    {
        if (Position >= expression.Length)
            throw Error("ends too early");
        var code = CodePointSet.At(expression, Position, out var width);
        Position += width;
        return code;
    }

    public int Peek() => Position < expression.Length ? expression[Position] : -1;

    public bool TryTake(char wanted)
    {
        if (Position >= expression.Length || expression[Position] != wanted)
            return false;
        Position++;
        return true;
    }

    public FormatException Error(string problem) => new($"{problem} (at {Position} in the pattern '{expression}')");
}
