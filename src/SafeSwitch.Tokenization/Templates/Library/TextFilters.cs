using System.Globalization;
using System.Text;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>Filters that give text.</summary>
internal static class TextFilters
{
    public static readonly Dictionary<string, Filters.Filter> All = new()
    {
        ["string"] = (_, value, _) => Python.Str(value),
        ["safe"] = (_, value, _) => Python.Str(value),
        ["trim"] = (_, value, a) => TextEdits.Strip(Python.Str(value), a.Bind("trim", "chars").TextOrNone(0), true, true),
        ["lower"] = (_, value, _) => Python.Str(value) is var text ? text.Recase(PythonText.Lower(text.Value)) : null,
        ["upper"] = (_, value, _) => Python.Str(value) is var text ? text.Recase(PythonText.Upper(text.Value)) : null,
        ["capitalize"] = (_, value, _) => Python.Str(value) is var text ? text.Recase(PythonText.Capitalize(text.Value)) : null,
        ["title"] = (_, value, _) => Python.Str(value) is var text ? text.Recase(Title(text.Value)) : null,
        ["replace"] = Replace,
        ["indent"] = Indent,
        ["center"] = (context, value, a) => TextEdits.Pad(context, Python.Str(value), a.Bind("center", "width").Int(0, 80), MarkedText.Template(" "), TextEdits.Side.Both),
        ["format"] = (context, value, a) => PercentFormat.Apply(context, Python.Str(value), a.Named.Count > 0 ? Named(a) : TemplateList.Tuple(a.Positional)),
        ["escape"] = Escape,
        ["e"] = Escape,
        ["forceescape"] = Escape,
        ["truncate"] = Truncate,
        ["wordwrap"] = TextWrap.Apply,
        ["striptags"] = StripTags,
        ["urlencode"] = UrlEncode,
        ["xmlattr"] = XmlAttributes,
        ["pprint"] = (_, value, _) => MarkedText.Of(PythonRepr.Of(value), Python.MarkOf(value)),
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
        return TextEdits.Replace(context, Python.Str(value), Python.Str(bound.Need(0)), Python.Str(bound.Need(1)), bound.Get(2) is null ? -1 : bound.Int(2));
    }

    private static MarkedText Indent(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("indent", "width", "first", "blank");
        var width = bound.Get(0, 4L) is MarkedText given ? given : MarkedText.Template(new string(' ', (int)Math.Clamp(bound.Int(0, 4), 0, 10_000)));
        var (first, blank) = (bound.Bool(1), bound.Bool(2));
        var text = Python.Str(value);
        var result = new MarkedTextBuilder();
        var start = 0;
        for (var line = 0; ; line++)
        {
            var end = text.Value.IndexOf('\n', start);
            var stop = end < 0 ? text.Length : end;
            if (line == 0 ? first : blank || stop > start)
                result.Append(width);
            context.Charge(width.Length);
            result.Append(text.Slice(start..(end < 0 ? stop : stop + 1)));
            if (end < 0)
                return result.Build();
            start = end + 1;
        }
    }

    private static MarkedText Escape(RenderContext context, object? value, CallArguments arguments)
    {
        var text = Python.Str(value);
        foreach (var (plain, escaped) in (ReadOnlySpan<(string, string)>)[("&", "&amp;"), (">", "&gt;"), ("<", "&lt;"), ("'", "&#39;"), ("\"", "&#34;")])
            text = TextEdits.Replace(context, text, MarkedText.Template(plain), MarkedText.Of(escaped, text.OverallMark));
        return text;
    }

    private static MarkedText Truncate(RenderContext context, object? value, CallArguments arguments)
    {
        var bound = arguments.Bind("truncate", "length", "killwords", "end", "leeway");
        var text = Python.Str(value);
        var (length, end, leeway) = (bound.Int(0, 255), bound.Text(2, "..."), bound.Get(3) is null ? 5 : bound.Int(3));
        var endLength = PythonText.Length(end.Value);
        if (length < endLength)
            throw new TemplateFault($"expected length >= {endLength}, got {length}");
        if (PythonText.Length(text.Value) <= length + leeway)
            return text;
        var kept = Slices.Between(text, 0, length - endLength);
        if (!bound.Bool(1) && kept.Value.LastIndexOf(' ') is >= 0 and var space)
            kept = kept.Slice(..space);
        return MarkedText.Concat(kept, end);
    }

    private static MarkedText StripTags(RenderContext context, object? value, CallArguments arguments)
    {
        var text = Python.Str(value);
        var result = new StringBuilder();
        var depth = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text.Value[i] == '<' && text.Value.IndexOf('>', i) >= 0)
                depth = true;
            if (!depth)
                result.Append(text.Value[i]);
            if (text.Value[i] == '>')
                depth = false;
        }

        return text.Derive(string.Join(' ', result.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    private static MarkedText UrlEncode(RenderContext context, object? value, CallArguments arguments)
    {
        if (value is MarkedText text)
            return text.Derive(Quote(text.Value, keepSlash: true));
        if (!Python.IsIterable(value))
            return Python.Str(value) is var plain ? plain.Derive(Quote(plain.Value, keepSlash: true)) : plain;
        var pairs = value is TemplateMap map ? map.Pairs : Python.Iterate(value).Select(p => (Members.Item(p, 0L), Members.Item(p, 1L)));
        return MarkedText.Of(string.Join('&', pairs.Select(p => $"{Quote(Python.Str(p.Item1).Value, false)}={Quote(Python.Str(p.Item2).Value, false)}")), Python.MarkOf(value));
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
            throw new TemplateFault("xmlattr expects a dictionary");
        var result = new MarkedTextBuilder();
        foreach (var (key, item) in map.Pairs)
        {
            if (item is null or Undefined)
                continue;
            if (result.Length > 0 || bound.Bool(0, fallback: true))
                result.Append(" ");
            result.Append(Escape(context, key, CallArguments.None)).Append("=\"").Append(Escape(context, item, CallArguments.None)).Append("\"");
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
        var size = PythonNumber.ToDouble(ValueFilters.ToFloat(value, 0.0));
        var unit = binary ? 1024.0 : 1000.0;
        if (size == 1)
            return MarkedText.Template("1 Byte");
        if (size < unit)
            return MarkedText.Template(string.Create(CultureInfo.InvariantCulture, $"{(long)size} Bytes"));
        string[] names = binary ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"] : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
        var power = 0;
        while (power < names.Length - 1 && size >= Math.Pow(unit, power + 2))
            power++;
        return MarkedText.Template(string.Create(CultureInfo.InvariantCulture, $"{size / Math.Pow(unit, power + 1):F1} {names[power]}"));
    }
}
