using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using SafeSwitch.Evaluation.Reports.Charts;
using static SafeSwitch.Evaluation.Reports.Charts.Markup;

namespace SafeSwitch.Evaluation.Reports.Html;

/// <summary>
/// An evaluation as one web page that needs nothing but itself. Its plots are SVG of our own rather than pictures of a plotting
/// library: their text and colours are the page's, in the light and in the dark, on paper, and on a phone.
/// </summary>
internal static class HtmlReport
{
    private static readonly string Style = Resource("report.css");

    private static readonly string Script = Resource("report.js");

    /// <param name="report">The figures.</param>
    /// <param name="examples">Rows to show the text of; none to keep texts out of the page.</param>
    public static string Write(EvaluationReport report, IReadOnlyList<ReportExample> examples)
    {
        var summary = report.Summary;
        var main = Tag(
            "main",
            Tag("header", ClassTag("p", "suite", "Evaluation of a guarded model"), Tag("h1", report.Title), ClassTag("p", "headline", Headline.Of(summary))),
            Tiles.Of(summary),
            TradeOffSection.Of(summary),
            GroupSections.Of(summary),
            MethodSections.Of(summary),
            examples.Count > 0 ? ExampleSection.Of(examples) : null,
            AboutSection.Of(report));

        // What a model said may be anything: even markup that got through could load and run nothing.
        var policy = $"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Script)))}'";
        var head = new[]
        {
            Tag("meta", Set("charset", "utf-8")),
            Tag("meta", Set("http-equiv", "Content-Security-Policy"), Set("content", policy)),
            Tag("meta", Set("name", "viewport"), Set("content", "width=device-width, initial-scale=1")),
            Tag("meta", Set("name", "color-scheme"), Set("content", "light dark")),
            Tag("title", $"{report.Title}: {report.Model}"),
        };
        return string.Concat(
        [
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n",
            .. head.Select(e => Markup.Write(e) + "\n"),
            $"<style>\n{Style}</style>\n</head>\n<body>\n",
            Markup.Write(main),
            $"\n<script>{Script}</script>\n</body>\n</html>\n",
        ]);
    }

    internal static XElement Section(string id, string title, params object?[] content) =>
        Tag("section", Set("id", id), Tag("h2", title), content);

    private static string Resource(string name)
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
