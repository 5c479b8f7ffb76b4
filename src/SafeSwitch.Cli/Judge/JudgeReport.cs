using System.Globalization;
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
                ["matcher: complied", Number(agreement.BothComplied), Number(agreement.OnlyMatcherComplied)],
                ["matcher: refused", Number(agreement.OnlyJudgeComplied), Number(agreement.BothRefused)],
            ],
            $"{Percent(agreement.Share)} the same, Cohen's kappa {Decimal(agreement.Kappa)}; {Number(summary.Undecided)} undecided, {Number(summary.Failed)} failed"));
        Examples(terminal, "complied by the judge alone", summary.OnlyJudgeComplied);
        Examples(terminal, "complied by the matcher alone", summary.OnlyMatcherComplied);
    }

    private static IReadOnlyList<string> Row(string name, LabelledAnswers answers) =>
        [name, Number(answers.Answers), Number(answers.Complied), Number(answers.Answers - answers.Complied)];

    private static void Examples(Terminal terminal, string what, IReadOnlyList<string> keys)
    {
        if (keys.Count > 0)
            terminal.Output.WriteLine($"{what}: {SafeText.For(terminal, string.Join(", ", keys))}");
    }

    private static string Number(int count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double? share) => share is { } s ? (100 * s).ToString("0.#", CultureInfo.InvariantCulture) + "%" : "none";

    private static string Decimal(double? value) => value is { } v ? v.ToString("0.00", CultureInfo.InvariantCulture) : "undefined (one label only)";
}
