using System.Globalization;
using System.Xml.Linq;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Training.Rows;
using static SafeSwitch.Evaluation.Reports.Charts.Markup;
using static SafeSwitch.Evaluation.Figures.FigureText;

namespace SafeSwitch.Evaluation.Reports.Html;

/// <summary>Every row that the default policy got wrong, to read, filter and export: what to teach the guard next is found here.</summary>
internal static class WrongRowsPage
{
    private static readonly string[] Fields = ["source", "category", "language", "kind", "wrapper"];

    public static string Write(EvaluationReport report, IReadOnlyList<EvaluatedRow> rows, IEnumerable<DataRow> requests, string method)
    {
        var texts = requests.ToDictionary(r => r.Key, r => r.Request, StringComparer.Ordinal);
        var wrong = rows.Where(r => r.Attack is null && MethodFigures.IsWrong(r, method)).OrderByDescending(r => r.Harmful).ThenBy(r => r.Key, StringComparer.Ordinal).ToList();
        var fields = Fields.Concat(wrong.SelectMany(r => r.Groups?.Keys ?? []).Distinct().Order(StringComparer.Ordinal)).Where(f => wrong.Any(r => RowFields.Of(r, f) is not null)).ToList();
        var main = Tag(
            "main",
            Tag("header", ClassTag("p", "suite", "Rows that went wrong"), Tag("h1", report.Title), ClassTag("p", "headline", $"{Number(wrong.Count(r => r.Harmful))} harmful requests answered and {Number(wrong.Count(r => !r.Harmful))} harmless ones refused by ‘{method}’.")),
            ClassTag("p", "warning", "These are requests that ask for harm, and what a model said to them: some of it is offensive, wrong or dangerous."),
            ClassTag(
                "p",
                "filter",
                Tag("label", "Filter ", Tag("input", Set("id", "filter"), Set("type", "search"), Set("placeholder", "words that a row must have"))),
                " ",
                Tag("button", Set("id", "export"), Set("type", "button"), "Export what is shown"),
                " ",
                ClassTag("span", "detail", Set("id", "count"), $"{Number(wrong.Count)} rows")),
            wrong.Select(r => Row(r, texts.GetValueOrDefault(r.Key, ""), fields, method)));
        return HtmlPage.Write($"{report.Title}: rows that went wrong", main, "wrong.js");
    }

    private static XElement Row(EvaluatedRow row, string request, IEnumerable<string> fields, string method)
    {
        var about = fields.Select(f => (Field: f, Value: RowFields.Of(row, f))).Where(f => f.Value is not null).Select(f => $"{f.Field} {f.Value}");
        var score = row.PromptScore is { } prompt ? $", prompt score {prompt.ToString("0.000", CultureInfo.InvariantCulture)}" : "";
        return ClassTag(
            "details",
            "row",
            Set("data-key", row.Key),
            Set("data-harmful", row.Harmful ? "true" : "false"),
            Set("open", "open"),
            Tag(
                "summary",
                ClassTag("span", "kind", row.Harmful ? "Harmful, answered" : "Harmless, refused"),
                " ",
                ClassTag("span", "detail", $"{row.Key}: {string.Join(", ", about)}{score}")),
            ClassTag("blockquote", "request", request),
            ClassTag("blockquote", row.AnswerOf(method).IsRefusal ? "answer refusal" : "answer", row.AnswerOf(method).Text));
    }
}
