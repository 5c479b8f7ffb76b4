using System.Net;
using System.Text.RegularExpressions;
using SafeSwitch.Tokenization.Marking;
using SafeSwitch.Tokenization.Templates.Runtime;

namespace SafeSwitch.Tokenization.Templates.Library;

/// <summary>
/// Python's <c>Markup</c>: text that counts as HTML. Nothing in a prompt is escaped unless a template asks for it, but a template that says
/// <c>safe</c> or <c>escape</c> gets such text, and what it then adds to it is escaped.
/// </summary>
internal static partial class Html
{
    private static readonly (MarkedText Plain, string Escaped)[] Entities =
    [
        (MarkedText.Template("&"), "&amp;"), (MarkedText.Template(">"), "&gt;"), (MarkedText.Template("<"), "&lt;"),
        (MarkedText.Template("'"), "&#39;"), (MarkedText.Template("\""), "&#34;"),
    ];

    /// <summary>A value as HTML text; what is HTML already stays as it is.</summary>
    public static MarkedText Escape(RenderContext context, object? value) => value is MarkedText { IsSafe: true } safe ? safe : EscapePlain(context, Python.Str(value));

    /// <summary>Text with its special characters written as entities, whatever it counts as.</summary>
    public static MarkedText EscapePlain(RenderContext context, MarkedText text)
    {
        foreach (var (plain, escaped) in Entities)
        {
            text = TextEdits.Replace(context, text, plain, MarkedText.Of(escaped, text.OverallMark));
        }

        return text.AsSafe();
    }

    /// <summary>Arguments of a method of HTML text: texts among them are escaped.</summary>
    public static CallArguments Escape(RenderContext context, CallArguments arguments) => new(
        [.. arguments.Positional.Select(value => EscapeText(context, value))],
        [.. arguments.Named.Select(pair => KeyValuePair.Create(pair.Key, EscapeText(context, pair.Value)))]);

    /// <summary>Text without tags and comments, with single spaces and with its entities read.</summary>
    public static MarkedText StripTags(RenderContext context, MarkedText text)
    {
        // Two passes over the text, and what follows makes two more.
        context.Charge(2L * text.Length);
        var plain = Tags().Replace(Comments().Replace(text.Value, ""), "");
        return Unescape(text.Derive(string.Join(' ', plain.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
    }

    public static MarkedText Unescape(MarkedText text) => text.Derive(WebUtility.HtmlDecode(text.Value));

    /// <summary>Only texts are escaped: what else is put in is checked by the method itself.</summary>
    private static object? EscapeText(RenderContext context, object? value) => value is MarkedText ? Escape(context, value) : value;

    [GeneratedRegex("<!--.*?-->", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Comments();

    [GeneratedRegex("<.*?>", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Tags();
}
