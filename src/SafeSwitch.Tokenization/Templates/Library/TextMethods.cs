using System.Globalization;
using System.Text;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>What a string can do. Marks stay with their characters wherever the method only cuts, joins or pads.</summary>
internal static class TextMethods
{
    private delegate object? Method(RenderContext context, MarkedText text, CallArguments arguments);

    private static readonly Dictionary<string, Method> Methods = new(StringComparer.Ordinal)
    {
        ["capitalize"] = (_, text, a) => a.None("capitalize") ? text.Recase(PythonText.Capitalize(text.Value)) : null,
        ["casefold"] = (_, text, a) => a.None("casefold") ? text.Recase(PythonText.Lower(text.Value).Replace("ß", "ss", StringComparison.Ordinal)) : null,
        ["lower"] = (_, text, a) => a.None("lower") ? text.Recase(PythonText.Lower(text.Value)) : null,
        ["upper"] = (_, text, a) => a.None("upper") ? text.Recase(PythonText.Upper(text.Value)) : null,
        ["title"] = (_, text, a) => a.None("title") ? text.Recase(PythonText.Title(text.Value)) : null,
        ["swapcase"] = (_, text, a) => a.None("swapcase") ? text.Recase(string.Concat(text.Value.EnumerateRunes().Select(r => Rune.IsUpper(r) ? PythonText.Lower(r.ToString()) : PythonText.Upper(r.ToString())))) : null,
        ["strip"] = (_, text, a) => TextEdits.Strip(text, a.Bind("strip", "chars").TextOrNone(0), true, true),
        ["lstrip"] = (_, text, a) => TextEdits.Strip(text, a.Bind("lstrip", "chars").TextOrNone(0), true, false),
        ["rstrip"] = (_, text, a) => TextEdits.Strip(text, a.Bind("rstrip", "chars").TextOrNone(0), false, true),
        ["removeprefix"] = (_, text, a) => a.Bind("removeprefix", "prefix").Text(0) is var prefix && text.Value.StartsWith(prefix.Value, StringComparison.Ordinal) ? text.Slice(prefix.Length..) : text,
        ["removesuffix"] = (_, text, a) => a.Bind("removesuffix", "suffix").Text(0) is { Length: > 0 } suffix && text.Value.EndsWith(suffix.Value, StringComparison.Ordinal) ? text.Slice(..^suffix.Length) : text,
        ["replace"] = Replace,
        ["split"] = (context, text, a) => TextSplits.Split(context, text, a.Bind("split", "sep", "maxsplit"), fromRight: false),
        ["rsplit"] = (context, text, a) => TextSplits.Split(context, text, a.Bind("rsplit", "sep", "maxsplit"), fromRight: true),
        ["splitlines"] = (context, text, a) => TextSplits.Lines(context, text, a.Bind("splitlines", "keepends").Bool(0)),
        ["partition"] = (_, text, a) => TextSplits.Partition(text, a.Bind("partition", "sep").Text(0), fromRight: false),
        ["rpartition"] = (_, text, a) => TextSplits.Partition(text, a.Bind("rpartition", "sep").Text(0), fromRight: true),
        ["join"] = (context, text, a) => TextEdits.Join(context, text, Python.Iterate(a.Bind("join", "iterable").Need(0)), strict: true),
        ["startswith"] = (_, text, a) => Affix(text, a.Bind("startswith", "prefix", "start", "end"), atStart: true),
        ["endswith"] = (_, text, a) => Affix(text, a.Bind("endswith", "suffix", "start", "end"), atStart: false),
        ["find"] = (_, text, a) => Find(text, a.Bind("find", "sub", "start", "end"), last: false),
        ["rfind"] = (_, text, a) => Find(text, a.Bind("rfind", "sub", "start", "end"), last: true),
        ["index"] = (_, text, a) => Found(Find(text, a.Bind("index", "sub", "start", "end"), last: false)),
        ["rindex"] = (_, text, a) => Found(Find(text, a.Bind("rindex", "sub", "start", "end"), last: true)),
        ["count"] = (_, text, a) => Count(text, a.Bind("count", "sub", "start", "end")),
        ["center"] = (context, text, a) => a.Bind("center", "width", "fillchar") is var b ? TextEdits.Pad(context, text, b.Int(0), b.Text(1, " "), TextEdits.Side.Both) : null,
        ["ljust"] = (context, text, a) => a.Bind("ljust", "width", "fillchar") is var b ? TextEdits.Pad(context, text, b.Int(0), b.Text(1, " "), TextEdits.Side.Right) : null,
        ["rjust"] = (context, text, a) => a.Bind("rjust", "width", "fillchar") is var b ? TextEdits.Pad(context, text, b.Int(0), b.Text(1, " "), TextEdits.Side.Left) : null,
        ["zfill"] = ZeroFill,
        ["expandtabs"] = (context, text, a) => TextEdits.ExpandTabs(context, text, a.Bind("expandtabs", "tabsize").Int(0, 8)),
        ["format"] = (context, text, a) => BraceFormat.Apply(context, text, a),
        ["format_map"] = (context, text, a) => BraceFormat.Apply(context, text, Mapped(a)),
        ["isalpha"] = (_, text, a) => a.None("isalpha") && All(text, Rune.IsLetter),
        ["isdigit"] = (_, text, a) => a.None("isdigit") && All(text, r => Rune.GetUnicodeCategory(r) == UnicodeCategory.DecimalDigitNumber || CharUnicodeInfo.GetDigitValue(r.ToString(), 0) >= 0),
        ["isdecimal"] = (_, text, a) => a.None("isdecimal") && All(text, r => Rune.GetUnicodeCategory(r) == UnicodeCategory.DecimalDigitNumber),
        ["isnumeric"] = (_, text, a) => a.None("isnumeric") && All(text, r => Rune.GetNumericValue(r) >= 0 || Rune.IsNumber(r)),
        ["isalnum"] = (_, text, a) => a.None("isalnum") && All(text, r => Rune.IsLetterOrDigit(r) || Rune.IsNumber(r)),
        ["isspace"] = (_, text, a) => a.None("isspace") && text.Length > 0 && text.Value.All(PythonText.IsSpace),
        ["isascii"] = (_, text, a) => a.None("isascii") && Ascii.IsValid(text.Value),
        ["isupper"] = (_, text, a) => a.None("isupper") && PythonText.IsUpper(text.Value),
        ["islower"] = (_, text, a) => a.None("islower") && PythonText.IsLower(text.Value),
        ["istitle"] = (_, text, a) => a.None("istitle") && text.Value.EnumerateRunes().Any(PythonText.IsCased) && PythonText.Title(text.Value) == text.Value,
        ["isidentifier"] = (_, text, a) => a.None("isidentifier") && text.Length > 0 && !char.IsDigit(text.Value[0]) && text.Value.All(c => c == '_' || char.IsLetterOrDigit(c)),
        ["isprintable"] = (_, text, a) => a.None("isprintable") && text.Value.EnumerateRunes().All(PythonRepr.IsPrintable),
    };

    /// <summary>Methods whose texts are escaped, and whose result is HTML, where the string is.</summary>
    private static readonly HashSet<string> Wrapped = new(StringComparer.Ordinal)
    {
        "capitalize", "title", "lower", "upper", "replace", "ljust", "rjust", "lstrip", "rstrip", "center", "strip", "expandtabs",
        "swapcase", "zfill", "casefold", "removeprefix", "removesuffix",
    };

    public static object? Find(MarkedText text, string name)
    {
        if (text.IsSafe && name is "unescape" or "striptags")
            return new Callable(name, (context, arguments) => arguments.None(name) && name == "unescape" ? Html.Unescape(text) : Html.StripTags(context, text));
        if (!Methods.TryGetValue(name, out var method))
            return null;
        return new Callable(name, (context, arguments) => text.IsSafe ? CallSafe(context, name, method, text, arguments) : method(context, text, arguments));
    }

    private static object? CallSafe(RenderContext context, string name, Method method, MarkedText text, CallArguments arguments)
    {
        switch (name)
        {
            case "join":
                var items = Python.Iterate(arguments.Bind(name, "iterable").Need(0)).Select(item => (object?)Html.Escape(context, item));
                return TextEdits.Join(context, text, items, strict: false).AsSafe();
            case "format" or "format_map":
                return BraceFormat.ApplySafe(context, text, name == "format" ? arguments : Mapped(arguments));
            case "partition" or "rpartition":
                arguments = Html.Escape(context, arguments);
                break;
        }

        var wraps = Wrapped.Contains(name);
        return method(context, text, wraps ? Html.Escape(context, arguments) : arguments) switch
        {
            MarkedText result => wraps ? result.AsSafe() : result,
            TemplateList parts => new TemplateList([.. parts.Items.Select(part => part is MarkedText piece ? piece.AsSafe() : part)], parts.IsTuple),
            var other => other,
        };
    }

    private static CallArguments Mapped(CallArguments arguments) => new([], arguments.Bind("format_map", "mapping").Need(0) is TemplateMap map
        ? [.. map.Pairs.Select(pair => KeyValuePair.Create(Python.Str(pair.Key).Value, pair.Value))]
        : throw new TemplateFault("format_map() argument must be a dict"));

    private static bool All(MarkedText text, Func<Rune, bool> holds)
    {
        foreach (var rune in text.Value.EnumerateRunes())
        {
            if (!holds(rune))
                return false;
        }

        return text.Length > 0;
    }

    private static MarkedText Replace(RenderContext context, MarkedText text, CallArguments arguments)
    {
        var bound = arguments.Bind("replace", "old", "new", "count");
        return TextEdits.Replace(context, text, bound.Text(0), bound.Text(1), bound.Int(2, -1));
    }

    private static bool Affix(MarkedText text, BoundArguments arguments, bool atStart)
    {
        var part = Slices.Between(text, arguments.Has(1) ? arguments.Int(1) : null, arguments.Has(2) ? arguments.Int(2) : null).Value;
        IEnumerable<object?> candidates = arguments.Need(0) is TemplateList { IsTuple: true } several ? several.Items : [arguments.Text(0)];
        return candidates.Any(candidate => candidate is MarkedText affix
            && (atStart ? part.StartsWith(affix.Value, StringComparison.Ordinal) : part.EndsWith(affix.Value, StringComparison.Ordinal)));
    }

    private static long Find(MarkedText text, BoundArguments arguments, bool last)
    {
        var sought = arguments.Text(0).Value;
        var start = arguments.Get(1) is null ? 0 : arguments.Int(1);
        var part = Slices.Between(text, start, arguments.Get(2) is null ? null : arguments.Int(2)).Value;
        var count = PythonText.Length(text.Value);
        if (start < 0)
            start = Math.Max(0, start + count);
        if (start > count)
            return -1L;
        var found = last ? part.LastIndexOf(sought, StringComparison.Ordinal) : part.IndexOf(sought, StringComparison.Ordinal);
        return found < 0 ? -1L : start + PythonText.IndexOf(part, found);
    }

    private static long Found(long index) => index < 0 ? throw new TemplateFault("substring not found") : index;

    private static long Count(MarkedText text, BoundArguments bound)
    {
        var part = Slices.Between(text, bound.Get(1) is null ? null : bound.Int(1), bound.Get(2) is null ? null : bound.Int(2)).Value;
        var sought = bound.Text(0).Value;
        return sought.Length == 0 ? PythonText.Length(part) + 1L : part.AsSpan().Count(sought);
    }

    private static MarkedText ZeroFill(RenderContext context, MarkedText text, CallArguments arguments)
    {
        var width = arguments.Bind("zfill", "width").Int(0);
        var sign = text.Length > 0 && text.Value[0] is '+' or '-' ? 1 : 0;
        return MarkedText.Concat(text.Slice(0, sign),
            TextEdits.Pad(context, text.Slice(sign..), width - sign, MarkedText.Template("0"), TextEdits.Side.Left));
    }
}
