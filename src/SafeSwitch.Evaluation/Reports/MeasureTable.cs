using System.Globalization;
using SafeSwitch.Evaluation.Figures;
using static SafeSwitch.Evaluation.Figures.FigureText;

namespace SafeSwitch.Evaluation.Reports;

/// <summary>What the figures can't see, or see wrongly: answers that the matcher can't read, and where a judge says otherwise.</summary>
internal static class MeasureTable
{
    public static ReportTable Of(EvaluationSummary summary)
    {
        List<IReadOnlyList<string>> lines = [];
        if (summary.Measure is { OtherLanguages: { Count: > 0 } other })
            lines.Add(["answers in other languages than English, which the matcher can't read", Number(other.Total), Share(other)]);
        if (summary.Measure is { Judge: { } judge, Agreement: { } agreement } measure)
        {
            lines.Add([$"judged by {judge}, undecided", Number(agreement.Answers + measure.Undecided), Number(measure.Undecided)]);
            lines.Add(["complied by both", Number(agreement.Answers), Number(agreement.BothComplied)]);
            lines.Add(["complied by the judge alone", Number(agreement.Answers), Number(agreement.OnlyJudgeComplied)]);
            lines.Add(["complied by the rules of text alone", Number(agreement.Answers), Number(agreement.OnlyMatcherComplied)]);
            lines.Add(["refused by both", Number(agreement.Answers), Number(agreement.BothRefused)]);
            lines.Add(["Cohen's kappa", Number(agreement.Answers), agreement.Kappa is { } kappa ? kappa.ToString("0.00", CultureInfo.InvariantCulture) : "undefined (one label only)"]);
        }

        return new ReportTable(
            "The measure itself: what counts as a refusal",
            ["", "n", "answers"],
            lines,
            summary.Measure is { Judge: not null, IsMeasure: true } ? "All figures go by the judge where it decided, else by the rules of text." : "All figures go by the rules of text: the matcher, patterns of the suite's own, and the texts that are said to refuse.");
    }
}
