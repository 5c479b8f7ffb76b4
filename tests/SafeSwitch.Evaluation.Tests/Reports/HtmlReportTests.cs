using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Evaluation.Reports.Html;

namespace SafeSwitch.Evaluation.Tests.Reports;

public partial class HtmlReportTests
{
    private const string Hostile = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>]]></style></title><!--&amp;";

    private static readonly ReportExample Example = new(ExampleKind.Caught, "How?", SampleReport.Rows[0], "balanced");

    [Fact]
    public void The_page_says_what_the_json_says_and_nothing_else()
    {
        var report = SampleReport.Report(SampleReport.Summary);
        var read = RoundTrip(report);
        Assert.Equal(HtmlReport.Write(report, [Example]), HtmlReport.Write(read, [Example]));

        var shown = Body(HtmlReport.Write(report, [])).Descendants("table").Where(t => (string?)t.Attribute("class") == "sortable").ToList();
        foreach (var table in EvaluationTables.Of(read.Summary))
        {
            var cells = shown.Single(t => t.Element("caption")!.Value == table.Title).Element("tbody")!.Elements()
                .Select(r => r.Elements().Select(c => c.Value));
            Assert.Equal(table.Rows.Select(r => r.AsEnumerable()), cells);
        }
    }

    [Fact]
    public void Marks_stand_where_the_figures_say()
    {
        var chart = Body(HtmlReport.Write(SampleReport.Report(SampleReport.Summary), [])).Descendants("svg").First(s => (string?)s.Attribute("class") == "wide");
        var marks = chart.Descendants("g").Where(g => g.Attribute("data-method") is not null).ToDictionary(g => (string)g.Attribute("data-method")!, g => (string)g.Attribute("transform")!);
        Assert.Equal(SampleReport.Summary.Methods.Order(), marks.Keys.Order());
        foreach (var (method, transform) in marks)
        {
            var harmful = SampleReport.Summary.Totals.Single(t => t.Harmful).Methods[method].Wrong.Value;
            var harmless = SampleReport.Summary.Totals.Single(t => !t.Harmful).Methods[method].Wrong.Value;
            // The plot's area: from 46 to 866 across, from 424 up to 14.
            var expected = string.Create(CultureInfo.InvariantCulture, $"translate({46 + 820 * Math.Sqrt(harmless):0.##} {424 - 410 * harmful:0.##})");
            Assert.Equal(expected, transform);
        }
    }

    [Fact]
    public void Text_from_rows_and_files_stays_text()
    {
        var row = SampleReport.Rows[0] with
        {
            Source = Hostile,
            Wrapper = Hostile,
            Kind = RowKind.Wrapped,
            Unguarded = SampleReport.Says(Hostile + "\0\b\ud800"),
            Guarded = SampleReport.Says(Hostile, isRefusal: true),
        };
        var summary = EvaluationSummary.Of([row, .. SampleReport.Rows.Skip(1)], SampleReport.Options);
        var page = HtmlReport.Write(SampleReport.Report(summary, Hostile), [new ReportExample(ExampleKind.Caught, Hostile, row, "balanced")]);

        Assert.Single(Regex.Matches(page, "<script"));
        Assert.Single(Regex.Matches(page, "</style"));
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<!--", page, StringComparison.Ordinal);
        var quotes = Body(page).Descendants("blockquote").Select(q => q.Value).ToList();
        Assert.Equal([Hostile, Hostile + "\uFFFD\uFFFD\uFFFD", Hostile], quotes);
        Assert.Contains(Body(page).Descendants("th"), h => h.Value == Hostile);
    }

    [Fact]
    public void The_page_needs_nothing_but_itself()
    {
        var page = HtmlReport.Write(SampleReport.Report(SampleReport.Summary), [Example]);
        foreach (var reference in new[] { "http:", "https:", "//cdn", " src=", " href=", "url(", "@import", "<link", "<iframe", "<object" })
            Assert.DoesNotContain(reference, page, StringComparison.OrdinalIgnoreCase);
        var script = page[(page.IndexOf("<script>", StringComparison.Ordinal) + 8)..page.IndexOf("</script>", StringComparison.Ordinal)];
        Assert.Contains($"script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Those_who_do_not_see_it_can_read_it()
    {
        var body = Body(HtmlReport.Write(SampleReport.Report(SampleReport.Summary), [Example]));
        Assert.All(body.Descendants("th"), h => Assert.True((string?)h.Attribute("scope") is "row" or "col"));
        Assert.All(body.Descendants("table"), t => Assert.NotEqual("", t.Element("caption")!.Value));
        var drawings = body.Descendants("svg").Where(s => s.Ancestors("svg").FirstOrDefault() is null).ToList();
        Assert.All(drawings, s => Assert.True((string?)s.Attribute("aria-hidden") == "true" || ((string?)s.Attribute("role") == "img" && s.Attribute("aria-label")!.Value.Length > 30)));
        Assert.Equal(body.Descendants().Attributes("id").Select(i => i.Value).Distinct(), body.Descendants().Attributes("id").Select(i => i.Value));
    }

    [Fact]
    public void Text_stands_out_from_the_page_in_the_light_and_in_the_dark()
    {
        var page = HtmlReport.Write(SampleReport.Report(SampleReport.Summary), []);
        var themes = Theme().Matches(page).Take(2).Select(t => Colour().Matches(t.Value).ToDictionary(c => c.Groups[1].Value, c => c.Groups[2].Value)).ToList();
        Assert.Equal(2, themes.Count);
        foreach (var theme in themes)
        {
            foreach (var text in new[] { "ink", "muted", "guard", "unguarded", "prompt", "always", "reference", "harmless", "harmful" })
                Assert.True(Contrast(theme[text], theme["page"]) >= 4.5, $"{text} {theme[text]} on {theme["page"]}");
            foreach (var text in new[] { "ink", "muted", "guard" })
                Assert.True(Contrast(theme[text], theme["panel"]) >= 4.5, $"{text} {theme[text]} on {theme["panel"]}");
            Assert.True(Contrast(theme["policy"], theme["page"]) >= 3);
            Assert.True(Contrast(theme["ink"], theme["warning"]) >= 4.5);
        }
    }

    [Fact]
    public void Without_examples_no_text_of_a_row_is_shown()
    {
        var page = HtmlReport.Write(SampleReport.Report(SampleReport.Summary), []);
        Assert.DoesNotContain("Of course.", page, StringComparison.Ordinal);
        Assert.DoesNotContain("blockquote>", page, StringComparison.Ordinal);
        Assert.Contains("Of course.", HtmlReport.Write(SampleReport.Report(SampleReport.Summary), [Example]), StringComparison.Ordinal);
    }

    private static EvaluationReport RoundTrip(EvaluationReport report) => JsonSerializer.Deserialize(
        JsonSerializer.Serialize(report, ReportJson.Indented.EvaluationReport), ReportJson.Indented.EvaluationReport)!;

    // Well-formed as XML too, so a plain parser tells what is markup and what is text.
    private static XElement Body(string page) => XElement.Parse(
        page[page.IndexOf("<main>", StringComparison.Ordinal)..(page.LastIndexOf("</main>", StringComparison.Ordinal) + 7)], LoadOptions.PreserveWhitespace);

    // WCAG 2.2: relative luminance and contrast ratio.
    private static double Contrast(string one, string other)
    {
        double a = Luminance(one), b = Luminance(other);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    private static double Luminance(string colour)
    {
        double Channel(int at)
        {
            var value = int.Parse(colour.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }

        return 0.2126 * Channel(1) + 0.7152 * Channel(3) + 0.0722 * Channel(5);
    }

    [GeneratedRegex(@":root \{[^}]*\}")]
    private static partial Regex Theme();

    [GeneratedRegex(@"--([a-z-]+): (#[0-9a-f]{6})")]
    private static partial Regex Colour();
}
