using System.Globalization;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>Python's <c>"…{}…".format(…)</c>.</summary>
internal static class BraceFormat
{
    public static MarkedText Apply(RenderContext context, MarkedText format, CallArguments arguments)
    {
        var automatic = 0;
        return Apply(context, format, arguments, ref automatic, depth: 2);
    }

    /// <summary>The same for HTML text: each value that is put in is escaped.</summary>
    public static MarkedText ApplySafe(RenderContext context, MarkedText format, CallArguments arguments)
    {
        var automatic = 0;
        return Apply(context, format.AsSafe(), arguments, ref automatic, depth: 2).AsSafe();
    }

    private static MarkedText Apply(RenderContext context, MarkedText format, CallArguments arguments, ref int automatic, int depth)
    {
        if (depth < 0)
            throw new TemplateFault("Max string recursion exceeded");
        var result = new MarkedTextBuilder();
        var text = format.Value;
        for (var i = 0; i < text.Length;)
        {
            var brace = text.AsSpan(i).IndexOfAny('{', '}');
            if (brace < 0)
            {
                result.Append(format.Slice(i..));
                break;
            }

            result.Append(format.Slice(i, brace));
            i += brace;
            if (i + 1 < text.Length && text[i + 1] == text[i])
            {
                result.Append(format.Slice(i, 1));
                i += 2;
                continue;
            }

            if (text[i] == '}')
                throw new TemplateFault("Single '}' encountered in format string");
            var end = Close(text, i);
            var field = format.Slice((i + 1)..end);
            result.Append(Field(context, format.IsSafe ? field.AsSafe() : field, arguments, ref automatic, depth));
            context.Step();
            i = end + 1;
        }

        context.Charge(result.Length);
        return result.Build();
    }

    private static int Close(string text, int open)
    {
        var depth = 0;
        for (var i = open; i < text.Length; i++)
        {
            if (text[i] == '{')
                depth++;
            else if (text[i] == '}' && --depth == 0)
                return i;
        }

        throw new TemplateFault("expected '}' before end of string");
    }

    private static MarkedText Field(RenderContext context, MarkedText field, CallArguments arguments, ref int automatic, int depth)
    {
        var text = field.Value;
        var colon = text.IndexOf(':');
        var head = colon < 0 ? text : text[..colon];
        var conversion = head.IndexOf('!');
        var kind = conversion < 0 ? '\0' : conversion + 1 < head.Length ? head[conversion + 1] : throw new TemplateFault("end of string while looking for conversion specifier");
        if (conversion >= 0)
            head = head[..conversion];
        var value = Resolve(head, arguments, ref automatic);
        value = kind switch
        {
            '\0' => value,
            's' => Python.Str(value),
            'r' or 'a' => MarkedText.Of(PythonRepr.Of(value), Python.MarkOf(value)),
            _ => throw new TemplateFault($"Unknown conversion specifier '{kind}'"),
        };
        var spec = colon < 0 ? "" : Apply(context, field.Slice((colon + 1)..), arguments, ref automatic, depth - 1).Value;
        if (!field.IsSafe)
            return FormatSpec.Parse(spec).Apply(context, value is MarkedText plain ? plain.AsPlain() : value);
        if (value is MarkedText { IsSafe: true } html)
            return spec.Length == 0 ? html : throw new TemplateFault("Unsupported format specification for Markup.");
        return Html.EscapePlain(context, FormatSpec.Parse(spec).Apply(context, value));
    }

    private static object? Resolve(string path, CallArguments arguments, ref int automatic)
    {
        var end = path.AsSpan().IndexOfAny('.', '[');
        var name = end < 0 ? path : path[..end];
        object? value;
        if (name.Length == 0)
            value = At(arguments, automatic++);
        else if (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            value = At(arguments, index);
        else
            value = arguments.Named.Any(n => n.Key == name) ? arguments.Named.First(n => n.Key == name).Value : throw new TemplateFault($"KeyError: '{name}'");
        for (var rest = end < 0 ? "" : path[end..]; rest.Length > 0;)
        {
            var isField = rest[0] == '.';
            var stop = isField ? rest.AsSpan(1).IndexOfAny('.', '[') + 1 : rest.IndexOf(']') + 1;
            if (stop <= 0)
                stop = isField ? rest.Length : throw new TemplateFault("Missing ']' in format string");
            var key = isField ? rest[1..stop] : rest[1..(stop - 1)];
            value = isField ? Members.Field(value, key)
                : Members.Item(value, long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : MarkedText.Template(key));
            rest = rest[stop..];
        }

        return value;
    }

    private static object? At(CallArguments arguments, int index) => index < arguments.Positional.Count
        ? arguments.Positional[index]
        : throw new TemplateFault($"Replacement index {index} out of range for positional args tuple");
}
