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
        ["capitalize"] = (_, text, _) => text.Recase(PythonText.Capitalize(text.Value)),
        ["casefold"] = (_, text, _) => text.Recase(PythonText.Lower(text.Value).Replace("ß", "ss", StringComparison.Ordinal)),
        ["lower"] = (_, text, _) => text.Recase(PythonText.Lower(text.Value)),
        ["upper"] = (_, text, _) => text.Recase(PythonText.Upper(text.Value)),
        ["title"] = (_, text, _) => text.Recase(PythonText.Title(text.Value)),
        ["swapcase"] = (_, text, _) => text.Recase(string.Concat(text.Value.EnumerateRunes().Select(r => Rune.IsUpper(r) ? PythonText.Lower(r.ToString()) : PythonText.Upper(r.ToString())))),
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
        ["format_map"] = (context, text, a) => BraceFormat.Apply(context, text, new CallArguments([], a.Bind("format_map", "mapping").Need(0) is TemplateMap map
            ? [.. map.Pairs.Select(p => KeyValuePair.Create(Python.Str(p.Key).Value, p.Value))] : throw new TemplateFault("format_map() argument must be a dict"))),
        ["isalpha"] = (_, text, _) => All(text, Rune.IsLetter),
        ["isdigit"] = (_, text, _) => All(text, r => Rune.GetUnicodeCategory(r) == UnicodeCategory.DecimalDigitNumber || CharUnicodeInfo.GetDigitValue(r.ToString(), 0) >= 0),
        ["isdecimal"] = (_, text, _) => All(text, r => Rune.GetUnicodeCategory(r) == UnicodeCategory.DecimalDigitNumber),
        ["isnumeric"] = (_, text, _) => All(text, r => Rune.GetNumericValue(r) >= 0 || Rune.IsNumber(r)),
        ["isalnum"] = (_, text, _) => All(text, r => Rune.IsLetterOrDigit(r) || Rune.IsNumber(r)),
        ["isspace"] = (_, text, _) => text.Length > 0 && text.Value.All(PythonText.IsSpace),
        ["isascii"] = (_, text, _) => Ascii.IsValid(text.Value),
        ["isupper"] = (_, text, _) => text.Value.EnumerateRunes().Any(PythonText.IsCased) && !text.Value.EnumerateRunes().Any(r => PythonText.IsCased(r) && !Rune.IsUpper(r)),
        ["islower"] = (_, text, _) => text.Value.EnumerateRunes().Any(PythonText.IsCased) && !text.Value.EnumerateRunes().Any(r => PythonText.IsCased(r) && !Rune.IsLower(r)),
        ["istitle"] = (_, text, _) => text.Value.EnumerateRunes().Any(PythonText.IsCased) && PythonText.Title(text.Value) == text.Value,
        ["isidentifier"] = (_, text, _) => text.Length > 0 && !char.IsDigit(text.Value[0]) && text.Value.All(c => c == '_' || char.IsLetterOrDigit(c)),
        ["isprintable"] = (_, text, _) => PythonRepr.Of(text).Length == text.Length + 2,
    };

    public static object? Find(MarkedText text, string name) => Methods.TryGetValue(name, out var method)
        ? new Callable(name, (context, arguments) => method(context, text, arguments))
        : null;

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
