using System.Globalization;

namespace SafeSwitch.Tokenization.Patterns;

/// <summary>Reads a regular expression. What it does not know it refuses: a pattern half understood would split text wrongly.</summary>
internal sealed class PatternParser
{
    public const int MaximumDepth = 100;
    private const int MaximumRepetition = 1000;

    private readonly PatternReader _reader;
    private readonly PatternClassParser _classes;
    private int _depth;

    public PatternParser(string expression)
    {
        _reader = new PatternReader(expression);
        _classes = new PatternClassParser(_reader);
    }

    public PatternSyntax Parse()
    {
        var result = ParseEither();
        return _reader.AtEnd ? result : throw _reader.Error("unmatched ')'");
    }

    private PatternSyntax ParseEither()
    {
        if (++_depth > MaximumDepth)
            throw _reader.Error("groups nest too deeply");
        var outerCase = _reader.IgnoreCase;
        List<PatternSyntax> branches = [ParseSequence()];
        while (_reader.TryTake('|'))
            branches.Add(ParseSequence());
        _reader.IgnoreCase = outerCase;
        _depth--;
        return branches.Count == 1 ? branches[0] : new PatternSyntax.Either(branches);
    }

    private PatternSyntax ParseSequence()
    {
        List<PatternSyntax> items = [];
        while (!_reader.AtEnd && _reader.Peek() is not ('|' or ')'))
            if (ParseAtom() is { } atom)
                items.Add(ParseQuantifiers(atom));
        return items.Count == 1 ? items[0] : new PatternSyntax.Sequence(items);
    }

    private PatternSyntax? ParseAtom()
    {
        var code = _reader.Take();
        switch (code)
        {
            case '(': return ParseGroup();
            case '[': return new PatternSyntax.Set(CodePointSet.Of(_classes.Parse()));
            case '.': return new PatternSyntax.Set(CodePointSet.Of(c => c != '\n'));
            case '^': return new PatternSyntax.Place(AnchorKind.LineStart);
            case '$': return new PatternSyntax.Place(AnchorKind.LineEnd);
            case '*' or '+' or '?': throw _reader.Error("nothing to repeat");
            case '\\': return ParseEscape();
            default: return new PatternSyntax.Set(_reader.Single(code));
        }
    }

    private PatternSyntax? ParseGroup()
    {
        if (!_reader.TryTake('?'))
            return Closed(ParseEither());
        if (_reader.TryTake(':'))
            return Closed(ParseEither());
        if (_reader.TryTake('='))
            return Closed(new PatternSyntax.LookAround(ParseEither(), Behind: false, Negative: false));
        if (_reader.TryTake('!'))
            return Closed(new PatternSyntax.LookAround(ParseEither(), Behind: false, Negative: true));
        if (_reader.TryTake('>'))
            return Closed(new PatternSyntax.AtomicGroup(ParseEither()));
        if (_reader.TryTake('<'))
        {
            if (_reader.TryTake('='))
                return Closed(new PatternSyntax.LookAround(ParseEither(), Behind: true, Negative: false));
            if (_reader.TryTake('!'))
                return Closed(new PatternSyntax.LookAround(ParseEither(), Behind: true, Negative: true));
            while (_reader.Take() != '>')
            {
            }
            return Closed(ParseEither());
        }
        return ParseFlags();
    }

    private PatternSyntax? ParseFlags()
    {
        var on = true;
        var ignoreCase = _reader.IgnoreCase;
        for (; ; )
        {
            var flag = _reader.Take();
            switch (flag)
            {
                case '-': on = false; break;
                case 'i': ignoreCase = on; break;
                case 'u' or 'm' or 's' or 'x' when !on: break;
                case 'u': break;
                case ':':
                    var outer = _reader.IgnoreCase;
                    _reader.IgnoreCase = ignoreCase;
                    var body = ParseEither();
                    _reader.IgnoreCase = outer;
                    return Closed(body);
                case ')':
                    _reader.IgnoreCase = ignoreCase;
                    return null;
                default: throw _reader.Error($"flag '{char.ConvertFromUtf32(flag)}' is not supported");
            }
        }
    }

    private PatternSyntax Closed(PatternSyntax body) => _reader.TryTake(')') ? body : throw _reader.Error("a group is not closed");

    private PatternSyntax ParseQuantifiers(PatternSyntax atom)
    {
        while (!_reader.AtEnd)
        {
            int minimum, maximum;
            if (_reader.TryTake('*'))
                (minimum, maximum) = (0, int.MaxValue);
            else if (_reader.TryTake('+'))
                (minimum, maximum) = (1, int.MaxValue);
            else if (_reader.TryTake('?'))
                (minimum, maximum) = (0, 1);
            else if (_reader.Peek() != '{' || !TryInterval(out minimum, out maximum))
                break;
            var greed = _reader.TryTake('?') ? Greed.Lazy : _reader.TryTake('+') ? Greed.Possessive : Greed.Greedy;
            atom = new PatternSyntax.Loop(atom, minimum, maximum, greed);
        }
        return atom;
    }

    private bool TryInterval(out int minimum, out int maximum)
    {
        minimum = maximum = 0;
        var close = _reader.Rest.IndexOf('}');
        if (close < 0)
            return false;
        var parts = _reader.Rest[1..close].ToString().Split(',');
        if (parts.Length > 2 || !parts.All(p => p.All(char.IsAsciiDigit) && p.Length < 5) || parts.All(p => p.Length == 0))
            return false;
        minimum = parts[0].Length == 0 ? 0 : int.Parse(parts[0], CultureInfo.InvariantCulture);
        maximum = parts.Length == 1 ? minimum
            : parts[1].Length == 0 ? int.MaxValue
            : int.Parse(parts[1], CultureInfo.InvariantCulture);
        if (minimum > maximum || minimum > MaximumRepetition || (maximum > MaximumRepetition && maximum != int.MaxValue))
            throw _reader.Error("a repetition is out of range");
        _reader.Position += close + 1;
        return true;
    }

    private PatternSyntax ParseEscape()
    {
        switch (_reader.Peek())
        {
            case 'b': _reader.Take(); return new PatternSyntax.Place(AnchorKind.WordBoundary);
            case 'B': _reader.Take(); return new PatternSyntax.Place(AnchorKind.NotWordBoundary);
            case 'A': _reader.Take(); return new PatternSyntax.Place(AnchorKind.TextStart);
            case 'z': _reader.Take(); return new PatternSyntax.Place(AnchorKind.TextEnd);
            case 'Z': _reader.Take(); return new PatternSyntax.Place(AnchorKind.TextEndOrLastLine);
        }
        return _reader.EscapedClass() is { } set ? new PatternSyntax.Set(CodePointSet.Of(set)) : new PatternSyntax.Set(_reader.Single(_reader.EscapedCodePoint()));
    }
}
