using SafeSwitch.Cli.Shared;
using SafeSwitch.Policies;

namespace SafeSwitch.Cli.Tests;

/// <summary>The commands of docs/guide/a-policy-of-your-own.md, as the page has them, on a small decoder with a guard against harm in the place of the shipped bundle.</summary>
public sealed class PolicyOfYourOwnTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_page_leads_from_rows_to_a_report_with_two_guards_in_one_bundle()
    {
        var commands = Commands();
        Assert.Equal(["cp", "collect", "train", "calibrate", "ask", "ask", "evaluate", "verify-report"], commands.Select(c => c[0]));
        var bundle = folder.File("bank");
        await GuardAgainstHarmAsync(bundle);
        var before = Bundles.Bundle.Open(bundle).Manifest;

        foreach (var command in commands.Skip(1))
        {
            var run = await Tool.RunAsync(command);
            // A model that knows nothing need not reach the goals; the report is written all the same.
            Assert.True(run.ExitCode == ExitCodes.Done || (command[0] == "evaluate" && run.Error.Contains("goal", StringComparison.Ordinal)), $"{string.Join(' ', command)}\n{run.Error}");
        }

        var manifest = Bundles.Bundle.Open(bundle).Manifest;
        Assert.Equal(["prompt", "invest"], manifest.Probes.Select(p => p.Name));
        Assert.Equal("investment-advice", manifest.Probes[1].Label);
        Assert.Equal(before.Policies["balanced"].PromptThreshold, manifest.Policies["balanced"].PromptThreshold);
        var guard = Assert.Single(manifest.Policies["balanced"].Guards!).Value;
        Assert.Equal((Intervention.FixedRefusal, GuardStages.Prompt), (guard.Intervention, guard.Stages ?? manifest.Policies["balanced"].Stages));

        var report = folder.File("report-bank");
        var rows = Evaluation.Reports.Html.ReportCheck.ReadRows(report);
        Assert.Equal(30, rows.Count);
        Assert.All(rows, r => Assert.Equal(Training.Rows.RowExposure.SourceSeen, r.Exposure));
        Assert.True(File.Exists(Path.Combine(report, "report.html")) && File.Exists(Path.Combine(report, "junit.xml")));
    }

    // The shipped model's files are replaced by small ones; everything else is as the page says it.
    private List<string[]> Commands() =>
    [
        .. File.ReadLines(Fixtures.Repository("docs", "guide", "a-policy-of-your-own.md"))
            .Where(l => l.StartsWith("safeswitch ", StringComparison.Ordinal) || l.StartsWith("cp ", StringComparison.Ordinal))
            .Select(l => Words(l.StartsWith("safeswitch ", StringComparison.Ordinal) ? l["safeswitch ".Length..] : l))
            .Select(words => (string[])[.. words.Select(w => w switch
            {
                "18" => "2",
                "bank" or "states-bank" or "report-bank" => folder.File(w),
                _ when w.StartsWith("docs/", StringComparison.Ordinal) => Fixtures.Repository(w.Split('/')),
                _ => w,
            })]),
    ];

    private static IEnumerable<string> Words(string line) =>
        line.Split('"').SelectMany((part, i) => i % 2 == 1 ? [part] : part.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private async Task GuardAgainstHarmAsync(string bundle)
    {
        var rows = folder.File("harm.jsonl");
        await File.WriteAllLinesAsync(rows, Enumerable.Range(0, 80).Select(i =>
            $$"""{"id": "r{{i}}", "prompt": "{{(i % 2 == 0 ? "bad" : "good")}} {{i * 7919 % 97}}", "harmful": {{(i % 2 == 0 ? "true" : "false")}}, "source": "s{{i % 3}}", "split": "{{(i % 5 is 0 or 1 ? "validation" : "train")}}"}"""), TestContext.Current.CancellationToken);
        var states = folder.File("states-harm");
        foreach (var arguments in (string[][])
        [
            ["instrument", Fixtures.Decoder("llama", "fp32"), "-o", bundle, "--layers", "final,2"],
            ["collect", bundle, "--data", rows, "-o", states, "--answers", "none"],
            ["train", "probe", bundle, "--states", states, "--pooling", "last", "--layers", "2", "--epochs", "4"],
            ["calibrate", bundle, "--states", states, "--max-false-positive", "0.1", "--prompt-only", "--intervention", "FixedRefusal"],
        ])
        {
            var run = await Tool.RunAsync(arguments);
            Assert.True(run.ExitCode == ExitCodes.Done, $"{string.Join(' ', arguments)}\n{run.Error}");
        }
    }
}
