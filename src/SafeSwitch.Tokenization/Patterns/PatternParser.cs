namespace SafeSwitch.Tokenization.Patterns;

/// <summary>Reads a regular expression. What it does not know it refuses: a pattern half understood would split text wrongly.</summary>
internal sealed class PatternParser(string expression)
{
    private const int MaximumDepth = 100;
    private const int MaximumRepetition = 1000;

    private int _position;
    private int _depth;
    private bool _ignoreCase;

    public PatternSyntax Parse()
    {
        var result = ParseEither();
        return _position == expression.Length ? result : throw Error("unmatched ')'");
    }

    private PatternSyntax ParseEither()
    {
        if (++_depth > MaximumDepth)
            throw Error("groups nest too deeply");
        var outerCase = _ignoreCase;
        List<PatternSyntax> branches = [ParseSequence()];
        while (TryTake('|'))
            branches.Add(ParseSequence());
        _ignoreCase = outerCase;
        _depth--;
        return branches.Count == 1 ? branches[0] : new PatternSyntax.Either(branches);
    }

    private PatternSyntax ParseSequence()
    {
        List<PatternSyntax> items = [];
        while (_position < expression.Length && expression[_position] is not ('|' or ')'))
            if (ParseAtom() is { } atom)
                items.Add(ParseQuantifiers(atom));
        return items.Count == 1 ? items[0] : new PatternSyntax.Sequence(items);
    }

    private PatternSyntax? ParseAtom()
    {
        var code = Take();
        switch (code)
        {
            case '(': return ParseGroup();
            case '[': return new PatternSyntax.Set(CodePointSet.Of(ParseClass()));
            case '.': return new PatternSyntax.Set(CodePointSet.Of(c => c != '\n'));
            case '^': return new PatternSyntax.Place(AnchorKind.LineStart);
            case '$': return new PatternSyntax.Place(AnchorKind.LineEnd);
            case '*' or '+' or '?': throw Error("nothing to repeat");
            case '\\': return ParseEscape();
            default: return new PatternSyntax.Set(Single(code));
        }
    }

    private PatternSyntax? ParseGroup()
    {
        if (!TryTake('?'))
            return Closed(ParseEither());
        if (TryTake(':'))
            return Closed(ParseEither());
        if (TryTake('='))
            return Closed(new PatternSyntax.LookAround(ParseEither(), Behind: false, Negative: false));
        if (TryTake('!'))
            return Closed(new PatternSyntax.LookAround(ParseEither(), Behind: false, Negative: true));
        if (TryTake('>'))
            return Closed(new PatternSyntax.AtomicGroup(ParseEither()));
        if (TryTake('<'))
        {
            if (TryTake('='))
                return Closed(new PatternSyntax.LookAround(ParseEither(), Behind: true, Negative: false));
            if (TryTake('!'))
                return Closed(new PatternSyntax.LookAround(ParseEither(), Behind: true, Negative: true));
            while (Take() != '>')
            {
            }
            return Closed(ParseEither());
        }
        return ParseFlags();
    }

    private PatternSyntax? ParseFlags()
    {
        var on = true;
        var ignoreCase = _ignoreCase;
        for (; ; )
        {
            var flag = Take();
            switch (flag)
            {
                case '-': on = false; break;
                case 'i': ignoreCase = on; break;
                case 'u' or 'm' or 's' or 'x' when !on: break;
                case 'u': break;
                case ':':
                    var outer = _ignoreCase;
                    _ignoreCase = ignoreCase;
                    var body = ParseEither();
                    _ignoreCase = outer;
                    return Closed(body);
                case ')':
                    _ignoreCase = ignoreCase;
                    return null;
                default: throw Error($"flag '{char.ConvertFromUtf32(flag)}' is not supported");
            }
        }
    }

    private PatternSyntax Closed(PatternSyntax body) => TryTake(')') ? body : throw Error("a group is not closed");

    private PatternSyntax ParseQuantifiers(PatternSyntax atom)
    {
        while (_position < expression.Length)
        {
            int minimum, maximum;
            if (TryTake('*'))
                (minimum, maximum) = (0, int.MaxValue);
            else if (TryTake('+'))
                (minimum, maximum) = (1, int.MaxValue);
            else if (TryTake('?'))
                (minimum, maximum) = (0, 1);
            else if (expression[_position] != '{' || !TryInterval(out minimum, out maximum))
                break;
            var greed = TryTake('?') ? Greed.Lazy : TryTake('+') ? Greed.Possessive : Greed.Greedy;
            atom = new PatternSyntax.Loop(atom, minimum, maximum, greed);
        }
        return atom;
    }

    private bool TryInterval(out int minimum, out int maximum)
    {
        minimum = maximum = 0;
        var close = expression.IndexOf('}', _position);
        if (close < 0)
            return false;
        var parts = expression[(_position + 1)..close].Split(',');
        if (parts.Length > 2 || !parts.All(p => p.All(char.IsAsciiDigit) && p.Length < 5) || parts.All(p => p.Length == 0))
            return false;
        minimum = parts[0].Length == 0 ? 0 : int.Parse(parts[0], System.Globalization.CultureInfo.InvariantCulture);
        maximum = parts.Length == 1 ? minimum
            : parts[1].Length == 0 ? int.MaxValue
            : int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        if (minimum > maximum || minimum > MaximumRepetition || (maximum > MaximumRepetition && maximum != int.MaxValue))
            throw Error("a repetition is out of range");
        _position = close + 1;
        return true;
    }

    private PatternSyntax ParseEscape()
    {
        switch (Peek())
        {
            case 'b': Take(); return new PatternSyntax.Place(AnchorKind.WordBoundary);
            case 'B': Take(); return new PatternSyntax.Place(AnchorKind.NotWordBoundary);
            case 'A': Take(); return new PatternSyntax.Place(AnchorKind.TextStart);
            case 'z': Take(); return new PatternSyntax.Place(AnchorKind.TextEnd);
            case 'Z': Take(); return new PatternSyntax.Place(AnchorKind.TextEndOrLastLine);
        }
        return EscapedClass() is { } set ? new PatternSyntax.Set(CodePointSet.Of(set)) : new PatternSyntax.Set(Single(EscapedCodePoint()));
    }

    /// <summary>What <c>\s</c>, <c>\p{L}</c> and the like stand for; null if the escape is of a single character.</summary>
    private Func<int, bool>? EscapedClass()
    {
        var start = _position;
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
                _position = start;
                return null;
        }
    }

    private Func<int, bool> Property(bool negated)
    {
        string name;
        if (TryTake('{'))
        {
            negated ^= TryTake('^');
            var close = expression.IndexOf('}', _position);
            if (close < 0)
                throw Error("a property is not closed");
            name = expression[_position..close];
            _position = close + 1;
        }
        else
        {
            name = char.ConvertFromUtf32(Take());
        }
        var found = UnicodeProperty.Find(name) ?? throw Error($"the Unicode property '{name}' is not supported");
        return negated ? c => !found(c) : found;
    }

    private int EscapedCodePoint()
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
        var end = expression.IndexOf(close, _position);
        if (end < 0)
            throw Error("a code point is not closed");
        var code = Hex(end - _position);
        _position++;
        return code;
    }

    private int Hex(int digits)
    {
        if (_position + digits > expression.Length || digits is 0 or > 6 || !int.TryParse(expression.AsSpan(_position, digits),
                System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var code))
            throw Error("expected hexadecimal digits");
        _position += digits;
        return code;
    }

    private Func<int, bool> ParseClass()
    {
        if (++_depth > MaximumDepth)
            throw Error("classes nest too deeply");
        var negated = TryTake('^');
        List<Func<int, bool>> parts = [];
        Func<int, bool>? left = null;
        for (var first = true; ; first = false)
        {
            if (_position >= expression.Length)
                throw Error("a class is not closed");
            if (expression[_position] == ']' && !first)
            {
                _position++;
                break;
            }
            if (expression.AsSpan(_position).StartsWith("&&"))
            {
                _position += 2;
                left = And(left, Any(parts));
                parts = [];
                continue;
            }
            parts.Add(ParseClassItem());
        }
        _depth--;
        var all = And(left, Any(parts));
        return negated ? c => !all(c) : all;
    }

    private Func<int, bool> ParseClassItem()
    {
        if (expression.AsSpan(_position).StartsWith("[:"))
            return PosixClass();
        if (TryTake('['))
            return ParseClass();
        int low;
        if (TryTake('\\'))
        {
            if (Peek() != 'b' && EscapedClass() is { } set)
                return set;
            low = TryTake('b') ? '\b' : EscapedCodePoint();
        }
        else
        {
            low = Take();
        }
        if (Peek() != '-' || _position + 1 >= expression.Length || expression[_position + 1] is ']' or '[')
            return Single(low).Contains;
        _position++;
        var high = TryTake('\\') ? EscapedCodePoint() : Take();
        if (high < low)
            throw Error("a range in a class is upside down");
        if (!_ignoreCase)
            return c => c >= low && c <= high;
        return c => CodePointSet.CaseVariants(c).Any(v => v >= low && v <= high);
    }

    private Func<int, bool> PosixClass()
    {
        var close = expression.IndexOf(":]", _position, StringComparison.Ordinal);
        var name = close < 0 ? "" : expression[(_position + 2)..close];
        var negated = name.StartsWith('^');
        Func<int, bool> set = name.TrimStart('^') switch
        {
            "alpha" => UnicodeProperty.Find("L")!,
            "digit" => CodePointSet.IsDigit,
            "space" => CodePointSet.IsWhiteSpace,
            "punct" => UnicodeProperty.Find("P")!,
            "upper" => UnicodeProperty.Find("Lu")!,
            "lower" => UnicodeProperty.Find("Ll")!,
            "word" => CodePointSet.IsWord,
            _ => throw Error($"the class '[:{name}:]' is not supported"),
        };
        _position = close + 2;
        return negated ? c => !set(c) : set;
    }

    private static Func<int, bool> Any(List<Func<int, bool>> parts)
    {
        Func<int, bool>[] all = [.. parts];
        return all.Length == 1 ? all[0] : c => Array.Exists(all, part => part(c));
    }

    private static Func<int, bool> And(Func<int, bool>? left, Func<int, bool> right) => left is null ? right : c => left(c) && right(c);

    private CodePointSet Single(int code) =>
        CodePointSet.Of(_ignoreCase ? [.. CodePointSet.CaseVariants(code)] : [code]);

    private int Take()
    {
        if (_position >= expression.Length)
            throw Error("ends too early");
        var code = CodePointSet.At(expression, _position, out var width);
        _position += width;
        return code;
    }

    private int Peek() => _position < expression.Length ? expression[_position] : -1;

    private bool TryTake(char wanted)
    {
        if (_position >= expression.Length || expression[_position] != wanted)
            return false;
        _position++;
        return true;
    }

    private FormatException Error(string problem) => new($"{problem} (at {_position} in the pattern '{expression}')");
}
