using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>Python's <c>"…%s…" % values</c>.</summary>
internal static class PercentFormat
{
    public static MarkedText Apply(RenderContext context, MarkedText format, object? values)
    {
        var result = new MarkedTextBuilder();
        var arguments = values is TemplateList { IsTuple: true } tuple ? tuple.Items : [values];
        var next = 0;
        var text = format.Value;
        var position = 0;
        for (var at = text.IndexOf('%'); at >= 0; at = text.IndexOf('%', position))
        {
            result.Append(format.Slice(position..at));
            position = at + 1;
            object? named = null;
            var byName = false;
            if (position < text.Length && text[position] == '(')
            {
                var close = text.IndexOf(')', position);
                if (close < 0)
                    throw new TemplateFault("incomplete format key");
                named = values is TemplateMap map
                    ? map.TryGet(MarkedText.Template(text[(position + 1)..close]), out var found) ? found : throw new TemplateFault($"KeyError: '{text[(position + 1)..close]}'")
                    : throw new TemplateFault("format requires a mapping");
                byName = true;
                position = close + 1;
            }

            object? Take() => byName ? named : next < arguments.Count ? arguments[next++] : throw new TemplateFault("not enough arguments for format string");
            var spec = ReadSpec(text, ref position, Take);
            if (spec.Type == '%')
                result.Append("%");
            else
                result.Append(Layout(context, spec, Take(), escape: format.IsSafe));
            context.Charge(1);
        }

        // Python looks for what is left over unless the value could be looked into by name, as any with items could.
        if (next < arguments.Count && !(values is TemplateMap or TemplateList { IsTuple: false } or IntegerRange or Undefined))
            throw new TemplateFault("not all arguments converted during string formatting");
        result.Append(format.Slice(position..));
        return format.IsSafe ? result.Build().AsSafe() : result.Build();
    }

    private static FormatSpec ReadSpec(string text, ref int position, Func<object?> take)
    {
        var spec = new FormatSpec { Align = '>' };
        for (; position < text.Length && text[position] is '-' or '+' or ' ' or '0' or '#'; position++)
        {
            spec = text[position] switch
            {
                '-' => spec with { Align = '<', Fill = ' ' },
                '0' => spec.Align == '<' ? spec : spec with { Fill = '0', Align = '=' },
                '#' => spec with { Alternate = true },
                var sign => spec with { Sign = sign },
            };
        }

        if (Amount(text, ref position, take) is { } width)
            spec = width < 0 ? spec with { Align = '<', Width = -width } : spec with { Width = width };
        if (position < text.Length && text[position] == '.')
        {
            position++;
            spec = spec with { Precision = (int)Math.Clamp(Amount(text, ref position, take) ?? 0, 0, 10_000) };
        }

        while (position < text.Length && text[position] is 'l' or 'h' or 'L')
            position++;
        if (position >= text.Length)
            throw new TemplateFault("incomplete format");
        return spec with { Type = text[position++] };
    }

    private static long? Amount(string text, ref int position, Func<object?> take)
    {
        if (position < text.Length && text[position] == '*')
        {
            position++;
            return Python.ToIndex(take());
        }

        var start = position;
        while (position < text.Length && char.IsAsciiDigit(text[position]))
            position++;
        return position == start ? null : long.TryParse(text.AsSpan(start, position - start), out var value) ? value : throw new TemplateFault("width too big");
    }

    private static MarkedText Layout(RenderContext context, FormatSpec spec, object? value, bool escape)
    {
        switch (spec.Type)
        {
            case 's':
                return (spec with { Fill = ' ', Align = spec.Align == '=' ? '>' : spec.Align }).Apply(context, escape ? Html.Escape(context, value).AsPlain() : Python.Str(value).AsPlain());
            case 'r' or 'a':
                return (spec with { Type = 's', Fill = ' ', Align = spec.Align == '=' ? '>' : spec.Align }).Apply(context, escape ? Html.EscapePlain(context, Repr(value)).AsPlain() : Repr(value));
            case 'c' when value is MarkedText:
                return (spec with { Type = 's' }).Apply(context, value);
            case 'd' or 'i' or 'u':
                return (spec with { Type = 'd' }).Apply(context, value is double real ? PythonNumber.Normalize(new System.Numerics.BigInteger(Math.Truncate(real))) : Number(spec, value));
            case 'e' or 'E' or 'f' or 'F' or 'g' or 'G' or 'x' or 'X' or 'o' or 'c':
                return spec.Apply(context, Number(spec, value));
            default:
                throw new TemplateFault($"unsupported format character '{spec.Type}'");
        }
    }

    private static MarkedText Repr(object? value) => MarkedText.Of(PythonRepr.Of(value), Python.MarkOf(value));

    private static object? Number(FormatSpec spec, object? value) => PythonNumber.IsNumber(value)
        ? value is bool flag ? (flag ? 1L : 0L) : value
        : throw new TemplateFault($"%{spec.Type} format: a real number is required, not {Python.TypeName(value)}");
}
