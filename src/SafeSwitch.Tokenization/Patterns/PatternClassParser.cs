namespace SafeSwitch.Tokenization.Patterns;

/// <summary>Reads what is in square brackets: characters, ranges, properties, classes within classes and their intersections.</summary>
internal sealed class PatternClassParser(PatternReader reader)
{
    private int depth;

    /// <summary>The class up to its closing bracket; the opening one has been read.</summary>
    public Func<int, bool> Parse()
    {
        if (++depth > PatternParser.MaximumDepth)
            throw reader.Error("classes nest too deeply");
        var negated = reader.TryTake('^');
        List<Func<int, bool>> parts = [];
        Func<int, bool>? left = null;
        for (var first = true; ; first = false)
        {
            if (reader.AtEnd)
                throw reader.Error("a class is not closed");
            if (reader.Peek() == ']' && !first)
            {
                reader.Take();
                break;
            }

            if (reader.Rest.StartsWith("&&"))
            {
                reader.Position += 2;
                left = And(left, Any(parts));
                parts = [];
                continue;
            }

            parts.Add(ParseItem());
        }

        depth--;
        var all = And(left, Any(parts));
        return negated ? c => !all(c) : all;
    }

    private Func<int, bool> ParseItem()
    {
        if (reader.Rest.StartsWith("[:"))
            return PosixClass();
        if (reader.TryTake('['))
            return Parse();
        int low;
        if (reader.TryTake('\\'))
        {
            if (reader.Peek() != 'b' && reader.EscapedClass() is { } set)
                return set;
            low = reader.TryTake('b') ? '\b' : reader.EscapedCodePoint();
        }
        else
        {
            low = reader.Take();
        }

        if (reader.Peek() != '-' || reader.Rest.Length < 2 || reader.Rest[1] is ']' or '[')
            return reader.Single(low).Contains;
        reader.Take();
        var high = reader.TryTake('\\') ? reader.EscapedCodePoint() : reader.Take();
        if (high < low)
            throw reader.Error("a range in a class is reversed");
        if (!reader.IgnoreCase)
            return c => c >= low && c <= high;
        return c => CodePointSet.CaseVariants(c).Any(v => v >= low && v <= high);
    }

    private Func<int, bool> PosixClass()
    {
        var close = reader.Rest.IndexOf(":]");
        var name = close < 0 ? "" : reader.Rest[2..close].ToString();
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
            _ => throw reader.Error($"the class '[:{name}:]' is not supported"),
        };
        reader.Position += close + 2;
        return negated ? c => !set(c) : set;
    }

    private static Func<int, bool> Any(List<Func<int, bool>> parts)
    {
        Func<int, bool>[] all = [.. parts];
        return all.Length == 1 ? all[0] : c => Array.Exists(all, part => part(c));
    }

    private static Func<int, bool> And(Func<int, bool>? left, Func<int, bool> right) => left is null ? right : c => left(c) && right(c);
}
