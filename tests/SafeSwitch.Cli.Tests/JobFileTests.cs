using System.Diagnostics;
using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

/// <summary>The job files in docs/jobs, each with the tool as they would call it: two parts of a step, then the same command without parts.</summary>
public sealed class JobFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Two_parts_of_every_step_run_side_by_side_and_are_joined()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the job files are for shells of Unix");
        var (bundle, states, report) = (folder.File("bundle"), folder.File("states"), folder.File("report"));
        await DoneAsync("instrument", Fixtures.Decoder("llama", "fp32"), "-o", bundle, "--layers", "final,2");

        await InPartsAsync("collect", bundle, "--data", Rows(), "-o", states, "--answer-tokens", "4");
        Assert.True(File.Exists(Path.Combine(states, "1-of-2.done")) && File.Exists(Path.Combine(states, "2-of-2.done")));

        await InPartsAsync("judge", states, "--refusal-pattern", "^x");
        var judged = (await DoneAsync("judge", states, "--refusal-pattern", "^x", "--json")).Json;
        Assert.Equal(80, judged.GetProperty("rows").GetInt32());

        string[] sweep = ["train", "probe", bundle, "--states", states, "--sweep", "--epochs", "1", "--rows-per-source", "5", "--max-false-positive", "0.2"];
        await InPartsAsync(sweep);
        Assert.False(Directory.Exists(Path.Combine(bundle, "probes")) && Directory.EnumerateFiles(Path.Combine(bundle, "probes"), "*.onnx").Any());
        var before = Networks(bundle);
        await DoneAsync(sweep);
        Assert.Equal(before, Networks(bundle));
        Assert.NotEmpty(before);

        await DoneAsync("calibrate", bundle, "--states", states, "--max-false-positive", "0.1", "--prompt-only", "--intervention", "FixedRefusal");
        var suite = folder.File("suite.json");
        await File.WriteAllTextAsync(suite, """{ "name": "s", "data": ["rows.jsonl"], "split": "validation", "methods": ["policies"], "policies": ["balanced"], "answer_tokens": 2, "utility_tokens": 2, "refusal_tokens": 2 }""", TestContext.Current.CancellationToken);
        string[] evaluate = ["evaluate", bundle, "--suite", suite, "-o", report];
        await InPartsAsync(evaluate);
        Assert.False(File.Exists(Path.Combine(report, "report.json")));
        Assert.Equal(32, Directory.EnumerateFiles(report, "rows-*-of-2.jsonl").Sum(f => File.ReadLines(f).Count()));
        await DoneAsync(evaluate);
        Assert.Equal(32, Evaluation.Reports.Html.ReportCheck.ReadRows(report).Count);
        await DoneAsync("verify-report", report, "--bundle", bundle);
    }

    [Theory]
    [InlineData("SLURM_ARRAY_TASK_ID", 1)]
    [InlineData("JOB_COMPLETION_INDEX", 0)]
    public async Task A_cluster_s_job_names_its_part(string variable, int first)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "the job files are for shells of Unix");
        // Stand-ins for what the cluster has: they say what they were called with.
        foreach (var name in (string[])["srun", "safeswitch"])
        {
            await File.WriteAllTextAsync(folder.File(name), name == "srun" ? "#!/bin/sh\nexec \"$@\"\n" : "#!/bin/sh\nfor a; do echo \"[$a]\"; done\n", TestContext.Current.CancellationToken);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(folder.File(name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var jobs = Fixtures.Repository("docs", "jobs");
        string[] command = variable == "SLURM_ARRAY_TASK_ID"
            ? ["bash", Path.Combine(jobs, "slurm.sh"), "collect", "a b", "-o", "states"]
            : ["sh", "-c", File.ReadLines(Path.Combine(jobs, "kubernetes.yaml")).Single(l => l.TrimStart().StartsWith("- exec safeswitch", StringComparison.Ordinal)).Trim()[2..]];
        for (var part = 1; part <= 2; part++)
        {
            var (exitCode, output) = await RunAsync(command, (variable, $"{first + part - 1}"), ("SLURM_ARRAY_TASK_COUNT", "2"), ("PARTS", "2"), ("PATH", $"{folder.Path}:{Environment.GetEnvironmentVariable("PATH")}"));
            Assert.True(exitCode == 0, output);
            Assert.EndsWith($"[--shard]\n[{part}/2]\n", output, StringComparison.Ordinal);
            Assert.StartsWith("[collect]\n", output, StringComparison.Ordinal);
        }
    }

    private async Task InPartsAsync(params string[] arguments)
    {
        var tool = $"dotnet {Path.Combine(AppContext.BaseDirectory, "SafeSwitch.Cli.dll")}";
        var (exitCode, output) = await RunAsync(["sh", Fixtures.Repository("docs", "jobs", "parallel.sh"), "2", .. arguments], ("SAFESWITCH", tool));
        Assert.True(exitCode == 0, $"{string.Join(' ', arguments)}\n{output}");
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string[] command, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, process.ExitCode == 0 ? await output : await output + await error);
    }

    private static async Task<ToolRun> DoneAsync(params string[] arguments)
    {
        var run = await Tool.RunAsync(arguments);
        Assert.True(run.ExitCode == ExitCodes.Done, $"{string.Join(' ', arguments)}\n{run.Error}");
        return run;
    }

    private static List<string> Networks(string bundle) =>
        [.. Directory.EnumerateFiles(Path.Combine(bundle, ".build", "sweep")).Select(f => $"{f} {File.GetLastWriteTimeUtc(f):O}").Order(StringComparer.Ordinal)];

    private string Rows()
    {
        var path = folder.File("rows.jsonl");
        File.WriteAllLines(path, Enumerable.Range(0, 80).Select(i =>
            $$"""{"id": "r{{i}}", "prompt": "{{(i % 2 == 0 ? "bad" : "good")}} {{i * 7919 % 97}}", "harmful": {{(i % 2 == 0 ? "true" : "false")}}, "source": "{{(i % 2 == 0 ? "b" : "g")}}{{i % 3}}", "split": "{{(i % 5 is 0 or 1 ? "validation" : "train")}}"}"""));
        return path;
    }
}
