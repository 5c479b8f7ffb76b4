using System.Globalization;
using SafeSwitch.Cli.Shared.Output;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Training.Judging;

namespace SafeSwitch.Cli.Judge;

/// <summary>The labels of answers, for people. Rows are named by key, never quoted.</summary>
internal static class JudgeReport
{
    public static void Write(Terminal terminal, JudgingSummary summary)
    {
        TableView.Write(terminal, new ReportTable(
            "Answers",
            ["requests", "answered", "complied", "refused"],
            [Row("harmful", summary.Harmful), Row("harmless", summary.Harmless)],
            summary.Judge is null ? "by the refusal matcher" : $"by {summary.Judge}, or the refusal matcher where that is undecided or failed"));
        if (summary.Agreement is not { } agreement)
            return;

        TableView.Write(terminal, new ReportTable(
            "Agreement",
            ["", "judge: complied", "judge: refused"],
            [
                ["matcher: complied", NumberText.Of(agreement.BothComplied), NumberText.Of(agreement.OnlyMatcherComplied)],
                ["matcher: refused", NumberText.Of(agreement.OnlyJudgeComplied), NumberText.Of(agreement.BothRefused)],
            ],
            $"{(agreement.Share is { } share ? NumberText.Percent(share) : "none")} the same, Cohen's kappa {Decimal(agreement.Kappa)}; {NumberText.Of(summary.Undecided)} undecided, {NumberText.Of(summary.Failed)} failed"));
        Examples(terminal, "complied by the judge alone", summary.OnlyJudgeComplied);
        Examples(terminal, "complied by the matcher alone", summary.OnlyMatcherComplied);
    }

    private static IReadOnlyList<string> Row(string name, LabelledAnswers answers) =>
        [name, NumberText.Of(answers.Answers), NumberText.Of(answers.Complied), NumberText.Of(answers.Answers - answers.Complied)];

    private static void Examples(Terminal terminal, string what, IReadOnlyList<string> keys)
    {
        if (keys.Count > 0)
            terminal.Output.WriteLine($"{what}: {SafeText.For(terminal, string.Join(", ", keys))}");
    }

    private static string Decimal(double? value) => value is { } v ? v.ToString("0.00", CultureInfo.InvariantCulture) : "undefined (one label only)";
}
