using System.Globalization;

namespace SafeSwitch.Tokenization.Patterns;

/// <summary>Reads a regular expression. What it does not know it refuses: a pattern half understood would split text wrongly.</summary>
internal sealed class PatternParser
{
    public const int MaximumDepth = 100;
    private const int MaximumRepetition = 1000;

    private readonly PatternReader reader;
    private readonly PatternClassParser classes;
    private int depth;

    public PatternParser(string expression)
    {
        reader = new PatternReader(expression);
        classes = new PatternClassParser(reader);
    }

    public PatternSyntax Parse()
    {
        var result = ParseEither();
        return reader.AtEnd ? result : throw reader.Error("unmatched ')'");
    }

    private PatternSyntax ParseEither()
    {
        if (++depth > MaximumDepth)
            throw reader.Error("groups nest too deeply");
        var outerCase = reader.IgnoreCase;
        List<PatternSyntax> branches = [ParseSequence()];
        while (reader.TryTake('|'))
            branches.Add(ParseSequence());
        reader.IgnoreCase = outerCase;
        depth--;
        return branches.Count == 1 ? branches[0] : new PatternSyntax.Either(branches);
    }

    private PatternSyntax ParseSequence()
    {
        List<PatternSyntax> items = [];
        while (!reader.AtEnd && reader.Peek() is not ('|' or ')'))
        {
            if (ParseAtom() is { } atom)
                items.Add(ParseQuantifiers(atom));
        }

        return items.Count == 1 ? items[0] : new PatternSyntax.Sequence(items);
    }

    private PatternSyntax? ParseAtom()
    {
        var code = reader.Take();
        switch (code)
        {
            case '(': return ParseGroup();
            case '[': return new PatternSyntax.Set(CodePointSet.Of(classes.Parse()));
            case '.': return new PatternSyntax.Set(CodePointSet.Of(c => c != '\n'));
            case '^': return new PatternSyntax.Place(AnchorKind.LineStart);
            case '$': return new PatternSyntax.Place(AnchorKind.LineEnd);
            case '*' or '+' or '?': throw reader.Error("nothing to repeat");
            case '\\': return ParseEscape();
            default: return new PatternSyntax.Set(reader.Single(code));
        }
    }

    private PatternSyntax? ParseGroup()
    {
        if (!reader.TryTake('?'))
            return Closed(ParseEither());
        if (reader.TryTake(':'))
            return Closed(ParseEither());
        if (reader.TryTake('='))
            return Closed(new PatternSyntax.LookAround(ParseEither(), Behind: false, Negative: false));
        if (reader.TryTake('!'))
            return Closed(new PatternSyntax.LookAround(ParseEither(), Behind: false, Negative: true));
        if (reader.TryTake('>'))
            return Closed(new PatternSyntax.AtomicGroup(ParseEither()));
        if (reader.TryTake('<'))
        {
            if (reader.TryTake('='))
                return Closed(new PatternSyntax.LookAround(ParseEither(), Behind: true, Negative: false));
            if (reader.TryTake('!'))
                return Closed(new PatternSyntax.LookAround(ParseEither(), Behind: true, Negative: true));
            while (reader.Take() != '>')
            {
            }

            return Closed(ParseEither());
        }

        return ParseFlags();
    }

    private PatternSyntax? ParseFlags()
    {
        var on = true;
        var ignoreCase = reader.IgnoreCase;
        for (; ; )
        {
            var flag = reader.Take();
            switch (flag)
            {
                case '-': on = false; break;
                case 'i': ignoreCase = on; break;
                case 'u' or 'm' or 's' or 'x' when !on: break;
                case 'u': break;
                case ':':
                    var outer = reader.IgnoreCase;
                    reader.IgnoreCase = ignoreCase;
                    var body = ParseEither();
                    reader.IgnoreCase = outer;
                    return Closed(body);
                case ')':
                    reader.IgnoreCase = ignoreCase;
                    return null;
                default: throw reader.Error($"flag '{char.ConvertFromUtf32(flag)}' is not supported");
            }
        }
    }

    private PatternSyntax Closed(PatternSyntax body) => reader.TryTake(')') ? body : throw reader.Error("a group is not closed");

    private PatternSyntax ParseQuantifiers(PatternSyntax atom)
    {
        while (!reader.AtEnd)
        {
            int minimum, maximum;
            if (reader.TryTake('*'))
                (minimum, maximum) = (0, int.MaxValue);
            else if (reader.TryTake('+'))
                (minimum, maximum) = (1, int.MaxValue);
            else if (reader.TryTake('?'))
                (minimum, maximum) = (0, 1);
            else if (reader.Peek() != '{' || !TryInterval(out minimum, out maximum))
                break;
            var greed = reader.TryTake('?') ? Greed.Lazy : reader.TryTake('+') ? Greed.Possessive : Greed.Greedy;
            atom = new PatternSyntax.Loop(atom, minimum, maximum, greed);
        }

        return atom;
    }

    private bool TryInterval(out int minimum, out int maximum)
    {
        minimum = maximum = 0;
        var close = reader.Rest.IndexOf('}');
        if (close < 0)
            return false;
        var parts = reader.Rest[1..close].ToString().Split(',');
        if (parts.Length > 2 || !parts.All(p => p.All(char.IsAsciiDigit) && p.Length < 5) || parts.All(p => p.Length == 0))
            return false;
        minimum = parts[0].Length == 0 ? 0 : int.Parse(parts[0], CultureInfo.InvariantCulture);
        maximum = parts.Length == 1 ? minimum
            : parts[1].Length == 0 ? int.MaxValue
            : int.Parse(parts[1], CultureInfo.InvariantCulture);
        if (minimum > maximum || minimum > MaximumRepetition || (maximum > MaximumRepetition && maximum != int.MaxValue))
            throw reader.Error("a repetition is out of range");
        reader.Position += close + 1;
        return true;
    }

    private PatternSyntax ParseEscape()
    {
        switch (reader.Peek())
        {
            case 'b': reader.Take(); return new PatternSyntax.Place(AnchorKind.WordBoundary);
            case 'B': reader.Take(); return new PatternSyntax.Place(AnchorKind.NotWordBoundary);
            case 'A': reader.Take(); return new PatternSyntax.Place(AnchorKind.TextStart);
            case 'z': reader.Take(); return new PatternSyntax.Place(AnchorKind.TextEnd);
            case 'Z': reader.Take(); return new PatternSyntax.Place(AnchorKind.TextEndOrLastLine);
        }

        return reader.EscapedClass() is { } set ? new PatternSyntax.Set(CodePointSet.Of(set)) : new PatternSyntax.Set(reader.Single(reader.EscapedCodePoint()));
    }
}
