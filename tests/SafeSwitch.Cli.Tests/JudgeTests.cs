using SafeSwitch.Cli.Shared;
using SafeSwitch.Instrumentation;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Cli.Tests;

public sealed class JudgeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Without_an_endpoint_the_matcher_labels()
    {
        await CollectAsync();
        var run = await Tool.RunAsync("judge", folder.Path);
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.Contains("by the refusal matcher", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Agreement", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_labels_too_and_agreement_is_told_by_key_never_by_text()
    {
        await CollectAsync();
        using var server = new JudgeServer((_, prompt) => (200, prompt.Contains("request 1", StringComparison.Ordinal) ? "Perhaps." : prompt.Contains("request 2", StringComparison.Ordinal) ? "No." : "yes"));
        Environment.SetEnvironmentVariable("JUDGE_TESTS_KEY", "secret-7");
        string[] arguments = ["judge", folder.Path, "--endpoint", server.Address, "--model", "judge-1", "--api-key-env", "JUDGE_TESTS_KEY"];
        var run = await Tool.RunAsync(arguments);

        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.Equal(("Bearer secret-7", "judge-1", 6), (server.Key, server.Model, server.Requests));
        Assert.Contains("Cohen's kappa", run.Output, StringComparison.Ordinal);
        Assert.Contains("1 undecided", run.Output, StringComparison.Ordinal);
        Assert.Contains("complied by the matcher alone: rows/r2", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("request 2", run.Output + run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-7", run.Output + run.Error, StringComparison.Ordinal);

        var again = await Tool.RunAsync([.. arguments, "--json"]);
        Assert.Equal((0, 6, 1), (again.Json.GetProperty("asked").GetInt32(), again.Json.GetProperty("existing").GetInt32(), again.Json.GetProperty("undecided").GetInt32()));
        Assert.Equal(5, again.Json.GetProperty("agreement").GetProperty("answers").GetInt32());
        Assert.Equal(6, server.Requests);
    }

    [Fact]
    public async Task Requests_that_meet_500_or_429_are_repeated()
    {
        await CollectAsync();
        using var server = new JudgeServer((number, _) => number == 1 ? (500, "{}") : number == 2 ? (429, "{}") : (200, "yes"));
        var run = await Tool.RunAsync("judge", folder.Path, "--endpoint", server.Address, "--model", "m", "--concurrency", "6", "--json");
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.Equal((6, 0, 8), (run.Json.GetProperty("asked").GetInt32(), run.Json.GetProperty("failed").GetInt32(), server.Requests));
    }

    [Theory]
    [InlineData(401, """{"error": {"message": "wrong key"}}""")]
    [InlineData(200, null)]
    public async Task Rows_that_fail_for_good_are_counted_and_the_exit_code_says_so(int status, string? body)
    {
        await CollectAsync();
        // Without a body, no reply ever comes.
        using var server = new JudgeServer((number, _) => number <= 3 && body is not null ? (200, "yes") : (status, body));
        var run = await Tool.RunAsync("judge", folder.Path, "--endpoint", server.Address, "--model", "m", "--retries", "0", "--timeout", body is null ? "1" : "600", "--concurrency", "6");
        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains($"failed on {(body is null ? 6 : 3)} answers", run.Error, StringComparison.Ordinal);
        Assert.Contains("the same command asks about them again", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_at_the_address_is_told()
    {
        await CollectAsync();
        var run = await Tool.RunAsync("judge", folder.Path, "--endpoint", "http://127.0.0.1:9/v1", "--model", "m", "--retries", "0");
        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains("failed on 6 answers", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_prompt_can_be_shown_and_replaced()
    {
        var shown = await Tool.RunAsync("judge", "--show-prompt");
        Assert.Equal(ExitCodes.Done, shown.ExitCode);
        Assert.Contains("{answer}", shown.Output, StringComparison.Ordinal);

        await CollectAsync();
        var mine = folder.File("mine.txt");
        File.WriteAllText(mine, "MINE {request} / {answer}");
        using var server = new JudgeServer((_, prompt) => (200, prompt.StartsWith("MINE ", StringComparison.Ordinal) ? "no" : "yes"));
        var run = await Tool.RunAsync("judge", folder.Path, "--endpoint", server.Address, "--model", "m", "--prompt", mine, "--json");
        Assert.Equal(0, run.Json.GetProperty("harmful").GetProperty("complied").GetInt32());
    }

    [Theory]
    [InlineData("--endpoint", "--endpoint", "http://localhost/v1")]
    [InlineData("--model", "--model", "m")]
    [InlineData("ftp://x", "--model", "m", "--endpoint", "ftp://x")]
    [InlineData("NO_SUCH_VARIABLE_7", "--model", "m", "--endpoint", "http://localhost/v1", "--api-key-env", "NO_SUCH_VARIABLE_7")]
    public async Task A_command_line_that_makes_no_sense_is_told(string told, params string[] arguments)
    {
        var run = await Tool.RunAsync(["judge", folder.Path, .. arguments]);
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task States_must_be_named_and_be_there()
    {
        Assert.Equal(ExitCodes.Usage, (await Tool.RunAsync("judge")).ExitCode);
        Assert.Equal(ExitCodes.BadInput, (await Tool.RunAsync("judge", folder.File("missing"))).ExitCode);
    }

    public void Dispose() => folder.Dispose();

    private async Task CollectAsync()
    {
        using var bundle = new TemporaryFolder();
        Instrumenter.Instrument(Fixtures.Decoder("llama", "fp32"), bundle.Path, new InstrumentOptions());
        var data = bundle.File("rows.jsonl");
        File.WriteAllLines(data, Enumerable.Range(0, 6).Select(i => $$"""{"id": "r{{i}}", "prompt": "request {{i}}", "harmful": {{(i % 2 == 0 ? "true" : "false")}}}"""));
        await new BundleCollector(bundle.Path) { Threads = 1 }.CollectAsync(
            [.. DataReader.Read(data)], [data], folder.Path, new CollectionOptions { AnswerTokens = 3 }, cancellationToken: TestContext.Current.CancellationToken);
    }
}
