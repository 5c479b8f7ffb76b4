using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using SafeSwitch.Evaluation.Reports.Charts;
using static SafeSwitch.Evaluation.Reports.Charts.Markup;

namespace SafeSwitch.Evaluation.Reports.Html;

/// <summary>A web page that needs nothing but itself.</summary>
internal static class HtmlPage
{
    private static readonly string Style = Resource("report.css");

    /// <param name="title">The page's title.</param>
    /// <param name="main">What is on it.</param>
    /// <param name="script">The script's resource: without it the page only reads.</param>
    public static string Write(string title, XElement main, string script)
    {
        var code = Resource(script);
        // What a model said may be anything: even markup that got through could load and run nothing.
        var policy = $"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(code)))}'";
        var head = new[]
        {
            Tag("meta", Set("charset", "utf-8")),
            Tag("meta", Set("http-equiv", "Content-Security-Policy"), Set("content", policy)),
            Tag("meta", Set("name", "viewport"), Set("content", "width=device-width, initial-scale=1")),
            Tag("meta", Set("name", "color-scheme"), Set("content", "light dark")),
            Tag("title", title),
        };
        return string.Concat(
        [
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n",
            .. head.Select(e => Markup.Write(e) + "\n"),
            $"<style>\n{Style}</style>\n</head>\n<body>\n",
            Markup.Write(main),
            $"\n<script>{code}</script>\n</body>\n</html>\n",
        ]);
    }

    private static string Resource(string name)
    {
        using var stream = typeof(HtmlPage).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
