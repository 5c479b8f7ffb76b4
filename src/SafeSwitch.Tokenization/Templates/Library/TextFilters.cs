using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>Filters that give text.</summary>
internal static class TextFilters
{
    /// <summary>What cannot be in the name of an attribute.</summary>
    private static readonly SearchValues<char> AttributeEnds = SearchValues.Create(" \t\n\r\f\v/>=");

    public static readonly Dictionary<string, Filters.Filter> All = new()
    {
        ["string"] = (_, value, a) => a.None("string") ? Python.Str(value) : null,
        ["safe"] = (_, value, a) => a.None("safe") ? Python.Str(value).AsSafe() : null,
        ["trim"] = (_, value, a) => a.Bind("trim", "chars") is var b ? Same(value, text => TextEdits.Strip(text, b.TextOrNone(0), true, true)) : null,
        ["lower"] = (_, value, a) => a.None("lower") ? Same(value, text => text.Recase(PythonText.Lower(text.Value))) : null,
        ["upper"] = (_, value, a) => a.None("upper") ? Same(value, text => text.Recase(PythonText.Upper(text.Value))) : null,
        ["capitalize"] = (_, value, a) => a.None("capitalize") ? Same(value, text => text.Recase(PythonText.Capitalize(text.Value))) : null,
        ["title"] = (_, value, a) => a.None("title") && Python.Str(value) is var text ? text.Recase(Title(text.Value)) : null,
        ["replace"] = Replace,
        ["indent"] = Indent,
        ["center"] = (context, value, a) => a.Bind("center", "width").Int(0, 80) is var width
            ? Same(value, text => TextEdits.Pad(context, text, width, MarkedText.Template(" "), TextEdits.Side.Both)) : null,
        ["format"] = (context, value, a) => Operators.Apply(context, "%", Python.Str(value), a.Named.Count > 0 ? Named(a) : TemplateList.Tuple(a.Positional)),
        ["escape"] = (context, value, a) => a.None("escape") ? Html.Escape(context, value) : null,
        ["e"] = (context, value, a) => a.None("escape") ? Html.Escape(context, value) : null,
        ["forceescape"] = (context, value, a) => a.None("forceescape") ? Html.EscapePlain(context, Python.Str(value)) : null,
        ["truncate"] = Truncate,
        ["wordwrap"] = TextWrap.Apply,
        ["striptags"] = (context, value, a) => a.None("striptags") ? Html.StripTags(context, Python.Str(value)) : null,
        ["urlencode"] = UrlEncode,
        ["xmlattr"] = XmlAttributes,
        ["pprint"] = (_, value, a) => a.None("pprint") ? PrettyPrint(value) : null,
        ["tojson"] = ToJson,
        ["filesizeformat"] = FileSize,
    };

    private static TemplateMap Named(CallArguments arguments)
    {
        if (arguments.Positional.Count > 0)
            throw new TemplateFault("can't handle positional and keyword arguments at the same time");
        var map = new TemplateMap();
        foreach (var (name, value) in arguments.Named)
            map.Set(MarkedText.Template(name), value);
        return map;
    }

    /// <summary>The filter's own idea of a word: what white space, hyphens and opening brackets separate.</summary>
    private static string Title(string text)
    {
        var result = new StringBuilder(text.Length);
        var starts = true;
        foreach (var rune in text.EnumerateRunes())
        {
            var separator = rune.IsBmp && (PythonText.IsSpace((char)rune.Value) || rune.Value is '-' or '(' or '{' or '[' or '<');
            result.Append(starts && !separator ? PythonText.Upper(rune.ToString()) : PythonText.Lower(rune.ToString()));
            starts = separator;
        }

        return result.ToString();
    }

    private static MarkedText Replace(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("replace", "old", "new", "count");
        return TextEdits.Replace(context, Python.Str(value).AsPlain(), Python.Str(bound.Need(0)), Python.Str(bound.Need(1)), bound.Get(2) is null ? -1 : bound.Int(2));
    }

    private static MarkedText Indent(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("indent", "width", "first", "blank");
        var text = TextOf(value, "indent");
        var width = bound.Get(0, 4L) is MarkedText given ? given : MarkedText.Template(new string(' ', (int)Math.Clamp(bound.Int(0, 4), 0, 10_000)));
        if (text.IsSafe)
            width = width.AsSafe();
        var (first, blank) = (bound.Bool(1), bound.Bool(2));
        // As the reference does it: the lines of the text and one line end more, so that a line end at its end opens one more line.
        var lines = TextSplits.Lines(context, MarkedText.Concat(text, MarkedText.Template("\n")), keepEnds: false).Items;
        var result = new MarkedTextBuilder();
        for (var i = 0; i < lines.Count; i++)
        {
            var line = (MarkedText)lines[i]!;
            context.Charge(width.Length + 1);
            if (i > 0)
                result.Append("\n");
            if (i == 0 ? first : blank || line.Length > 0)
                result.Append(width);
            result.Append(line);
        }

        return text.IsSafe ? result.Build().AsSafe() : result.Build();
    }

    private static object? Truncate(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("truncate", "length", "killwords", "end", "leeway");
        var (length, end, leeway) = (bound.Int(0, 255), bound.Text(2, "..."), bound.Get(3) is null ? 5 : bound.Int(3));
        var endLength = PythonText.Length(end.Value);
        if (length < endLength)
            throw new TemplateFault($"expected length >= {endLength}, got {length}");
        if (leeway < 0)
            throw new TemplateFault($"expected leeway >= 0, got {leeway}");
        // Whatever has a length and is short enough is given back as it is.
        if (Python.Length(value) <= length + leeway)
            return value;
        var text = TextOf(value, "truncate");
        var kept = Slices.Between(text, 0, length - endLength);
        if (!bound.Bool(1) && kept.Value.LastIndexOf(' ') is >= 0 and var space)
            kept = kept.Slice(..space);
        return Operators.Apply(context, "+", text.IsSafe ? kept.AsSafe() : kept, end);
    }

    /// <summary>Python's <c>pformat</c> where a line is enough: as <c>repr</c>, but dictionaries are sorted.</summary>
    private static MarkedText PrettyPrint(object? value)
    {
        const int LineWidth = 80;
        var line = PythonRepr.Of(Sorted(value));
        return PythonText.Length(line) <= LineWidth
            ? MarkedText.Of(line, Python.MarkOf(value))
            : throw new TemplateFault($"the filter 'pprint' is not supported for values that take more than {LineWidth} characters: use tojson");
    }

    private static object? Sorted(object? value)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (value)
        {
            case TemplateList list:
                return new TemplateList([.. list.Items.Select(Sorted)], list.IsTuple);
            case TemplateMap map:
                var sorted = new TemplateMap();
                foreach (var (key, item) in map.Pairs.OrderBy(pair => pair.Key, Comparer<object?>.Create((a, b) => Python.Compare(a, b))))
                {
                    sorted.Set(key, Sorted(item));
                }

                return sorted;
            default:
                return value;
        }
    }

    /// <summary>Text as the methods of strings leave it: what counts as HTML goes on doing so.</summary>
    private static MarkedText Same(object? value, Func<MarkedText, MarkedText> change)
    {
        var text = Python.Str(value);
        return text.IsSafe ? change(text).AsSafe() : change(text);
    }

    /// <summary>Text, for filters that take nothing else.</summary>
    public static MarkedText TextOf(object? value, string filter) => value switch
    {
        MarkedText text => text,
        Undefined undefined => throw undefined.Fault(),
        _ => throw new TemplateFault($"{filter} expects text, found '{Python.TypeName(value)}'"),
    };

    private static MarkedText UrlEncode(RenderContext context, object? value, CallArguments arguments)
    {
        if (value is MarkedText text)
            return text.Derive(Quote(text.Value, keepSlash: true));
        if (!Python.IsIterable(value))
            return Python.Str(value) is var plain ? plain.Derive(Quote(plain.Value, keepSlash: true)) : plain;
        var pairs = value is TemplateMap map ? map.Pairs : Python.Iterate(value).Select(Pair);
        return MarkedText.Of(string.Join('&', pairs.Select(p => $"{Quote(Python.Str(p.Item1).Value, false)}={Quote(Python.Str(p.Item2).Value, false)}")), Python.MarkOf(value));
    }

    private static (object? Key, object? Value) Pair(object? item)
    {
        object?[] parts = [.. Python.Iterate(item).Take(3)];
        return parts.Length == 2 ? (parts[0], parts[1]) : throw new TemplateFault($"expected pairs to unpack, found {parts.Length} values");
    }

    private static string Quote(string text, bool keepSlash)
    {
        var quoted = Uri.EscapeDataString(text);
        return keepSlash ? quoted.Replace("%2F", "/", StringComparison.Ordinal) : quoted.Replace("%20", "+", StringComparison.Ordinal);
    }

    private static MarkedText XmlAttributes(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("xmlattr", "autospace");
        if (value is not TemplateMap map)
            throw (value as Undefined)?.Fault() ?? new TemplateFault("xmlattr expects a dictionary");
        var result = new MarkedTextBuilder();
        foreach (var (key, item) in map.Pairs)
        {
            if (item is null or Undefined)
                continue;
            if (TextOf(key, "xmlattr").Value.AsSpan().ContainsAny(AttributeEnds))
                throw new TemplateFault($"Invalid character in attribute name: {PythonRepr.Of(key)}");
            if (result.Length > 0 || bound.Bool(0, fallback: true))
                result.Append(" ");
            result.Append(Html.Escape(context, key)).Append("=\"").Append(Html.Escape(context, item)).Append("\"");
        }

        return result.Build();
    }

    private static MarkedText ToJson(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys");
        var indent = bound.Get(1) switch
        {
            null => null,
            MarkedText text => text.Value,
            var width => new string(' ', (int)Math.Clamp(Python.ToIndex(width), 0, 10_000)),
        };
        var (item, key) = (indent is null ? ", " : ",", ": ");
        if (bound.Get(2) is { } separators)
            (item, key) = (Python.Str(Members.Item(separators, 0L)).Value, Python.Str(Members.Item(separators, 1L)).Value);
        var json = new JsonWriter(context, bound.Bool(0), indent, item, key, bound.Bool(3)).Write(value);
        return MarkedText.Of(json, Python.MarkOf(value));
    }

    private static MarkedText FileSize(RenderContext context, object? value, CallArguments arguments)
    {
        var binary = arguments.Bind("filesizeformat", "binary").Bool(0);
        var size = ValueFilters.ToFloat(value, null) is double number
            ? number
            : throw new TemplateFault($"could not convert {Python.TypeName(value)} to float: {PythonRepr.Of(value)}");
        var unit = binary ? 1024.0 : 1000.0;
        if (size == 1)
            return MarkedText.Template("1 Byte");
        if (size < unit)
            return MarkedText.Template(string.Create(CultureInfo.InvariantCulture, $"{PythonNumber.Truncate(size)} Bytes"));
        string[] names = binary ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"] : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        var power = 0;
        while (power < names.Length - 1 && !(size < Math.Pow(unit, power + 2)))
            power++;
        var scaled = size / Math.Pow(unit, power + 1);
        var digits = double.IsFinite(scaled) ? scaled.ToString("F1", CultureInfo.InvariantCulture) : PythonNumber.Repr(scaled);
        return MarkedText.Template($"{digits} {names[power]}");
    }
}
