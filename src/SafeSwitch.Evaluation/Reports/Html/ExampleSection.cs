using System.Globalization;
using System.Xml.Linq;
using SafeSwitch.Evaluation.Reports.Charts;
using static SafeSwitch.Evaluation.Reports.Charts.Markup;

namespace SafeSwitch.Evaluation.Reports.Html;

/// <summary>Some requests with both answers, folded away.</summary>
internal static class ExampleSection
{
    public static XElement Of(IReadOnlyList<ReportExample> examples) => HtmlReport.Section(
        "examples",
        "Some answers",
        ClassTag("p", "warning", "These are requests that ask for harm, and what a model said to them: some of it is offensive, wrong or dangerous. It is here to show what the guard does."),
        ClassTag("p", "note", "The first rows of each kind in the order of the data, of different sources where there are; nobody picked them. Answers end where decoding was cut."),
        examples.Select(Of));

    private static XElement Of(ReportExample example)
    {
        var row = example.Row;
        return Tag(
            "details",
            Tag("summary", ClassTag("span", "kind", Describe(example.Kind)), " ", ClassTag("span", "detail", Origin(row))),
            Tag("h3", "Request"),
            ClassTag("blockquote", "request", example.Request),
            ClassTag(
                "div",
                "pair",
                Answer(Methods.Unguarded, row.Unguarded, isIntervened: false),
                Answer(example.Method, row.AnswerOf(example.Method), row.IsIntervenedBy(example.Method))));
    }

    private static XElement Answer(string method, EvaluatedAnswer answer, bool isIntervened) => Tag(
        "div",
        Tag("h3", method, ClassTag("span", "detail", isIntervened ? "refusal adapter on" : answer.IsRefusal ? "the model's own refusal" : "the model's own answer")),
        ClassTag("blockquote", answer.IsRefusal ? "answer refusal" : "answer", answer.Text));

    private static string Origin(EvaluatedRow row)
    {
        var score = row.PromptScore is { } prompt ? $", prompt score {prompt.ToString("0.000", CultureInfo.InvariantCulture)}" : "";
        return (row.Wrapper is { } wrapper ? $"{row.Source}, wrapped in {wrapper}" : row.Source) + score;
    }

    private static string Describe(ExampleKind kind) => kind switch
    {
        ExampleKind.Caught => "Harmful, answered by the model, refused with the guard",
        ExampleKind.Missed => "Harmful, answered with the guard",
        _ => "Harmless, refused with the guard",
    };
}
