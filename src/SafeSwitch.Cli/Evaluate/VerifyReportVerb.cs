using System.CommandLine;
using System.Globalization;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Evaluation.Reports;
using SafeSwitch.Evaluation.Reports.Html;

namespace SafeSwitch.Cli.Evaluate;

/// <summary>Whether a report is what its rows say, for those who did not make it.</summary>
internal sealed class VerifyReportVerb : Verb
{
    private readonly Argument<string> report = new("REPORT") { Description = "A folder that `evaluate` wrote: report.json with report.jsonl beside it" };
    private readonly Option<string?> bundle = new("--bundle") { Description = "The bundle that it is to be about: its files are held against the report's digests", HelpName = "BUNDLE" };

    public VerifyReportVerb()
        : base(
            "verify-report",
            "Counts every figure of a report again from its rows, and compares; exit code 1 if one differs",
            new("verify-report report", "does report.json say what report.jsonl does?"),
            new("verify-report report --bundle models/smollm2-135m-instruct", "and is it about this very guard?"))
    {
        Add(report);
        Add(bundle);
    }

    protected override Task<int> RunAsync(VerbCall call)
    {
        var check = ReportCheck.Of(call.Get(report), call.Get(bundle) is { } named ? Bundle.Open(ToolShelf.Find(named)) : null);
        if (call.IsJson)
        {
            call.WriteJson(check, EvaluateJson.Default);
        }
        else
        {
            var facts = new FactGrid();
            facts.Add("report", call.Get(report));
            facts.Add("rows", check.Rows.ToString("N0", CultureInfo.InvariantCulture));
            facts.Add("figures", check.Figures.ToString("N0", CultureInfo.InvariantCulture));
            foreach (var problem in check.Problems)
                facts.Add("differs", problem);
            facts.Add("verdict", check.Problems.Count == 0 ? "every figure is what the rows give" : "the report is not what the rows give");
            facts.WriteTo(call.Terminal);
        }

        return Task.FromResult(check.Problems.Count == 0 ? ExitCodes.Done : ExitCodes.Failed);
    }
}
