using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

public class AskTests
{
    [Fact]
    public async Task The_answer_is_followed_by_what_the_guard_saw()
    {
        using var bundle = TestBundle.Create();
        var run = await Tool.RunAsync("ask", bundle.Folder, "Hello there", "--max-tokens", "8", "--policy", "strict");
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        foreach (var fact in new[] { "prompt score", "decision", "reason", "policy", "strict", "finished", "tokens", "time", "prefill" })
            Assert.Contains(fact, run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Output);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task Machines_get_one_document_with_the_same_answer_as_people()
    {
        using var bundle = TestBundle.Create();
        var run = await Tool.RunAsync("ask", bundle.Folder, "Hello there", "--max-tokens", "8", "--json");
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.Equal("balanced", run.Json.GetProperty("policy").GetString());
        Assert.Equal("prompt", run.Json.GetProperty("verdict").GetProperty("stage").GetString(), ignoreCase: true);
        Assert.InRange(run.Json.GetProperty("verdict").GetProperty("prompt_score").GetDouble(), 0, 1);
        Assert.InRange(run.Json.GetProperty("usage").GetProperty("answer_tokens").GetInt32(), 1, 8);
        Assert.Contains(run.Json.GetProperty("finish_reason").GetString(), (string[])["length", "end_of_answer"]);
        Assert.True(run.Json.GetProperty("timings").GetProperty("prefill_ms").GetDouble() > 0);

        var shown = await Tool.RunAsync("ask", bundle.Folder, "Hello there", "--max-tokens", "8");
        Assert.StartsWith(run.Json.GetProperty("answer").GetString()!, shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_may_come_from_the_command_line_a_file_or_standard_input()
    {
        using var bundle = TestBundle.Create();
        var file = bundle.Data("chat.json", """{"messages": [{"role": "user", "content": "Hello there"}]}""");
        string[] options = ["ask", bundle.Folder, "--max-tokens", "8", "--json"];
        var answers = new[]
        {
            await Tool.RunAsync([.. options, "Hello there"]),
            await Tool.RunAsync([.. options, "--messages", file]),
            await Tool.RunAsync("Hello there\n", options),
            await Tool.RunAsync("Hello there\n", [.. options, "-"]),
        };
        Assert.All(answers, a => Assert.Equal(ExitCodes.Done, a.ExitCode));
        Assert.Single(answers.Select(a => a.Json.GetProperty("answer").GetString()).Distinct());
    }

    [Fact]
    public async Task Unguarded_has_no_verdict()
    {
        using var bundle = TestBundle.Create();
        var run = await Tool.RunAsync("ask", bundle.Folder, "Hello there", "--max-tokens", "4", "--unguarded", "--json");
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.False(run.Json.TryGetProperty("verdict", out _));
        Assert.False(run.Json.TryGetProperty("policy", out _));
    }

    [Fact]
    public async Task A_seed_gives_the_same_answer_again()
    {
        using var bundle = TestBundle.Create();
        string[] arguments = ["ask", bundle.Folder, "Hello there", "--max-tokens", "8", "--temperature", "1", "--top-k", "50", "--top-p", "0.9", "--min-p", "0.01", "--seed", "5", "--json"];
        var first = await Tool.RunAsync(arguments);
        var second = await Tool.RunAsync(arguments);
        Assert.Equal(first.Json.GetProperty("answer").GetString(), second.Json.GetProperty("answer").GetString());
    }

    [Theory]
    [InlineData("--top-p", "0")]
    [InlineData("--top-p", "1.5")]
    [InlineData("--min-p", "-0.1")]
    [InlineData("--temperature", "-1")]
    [InlineData("--top-k", "-1")]
    [InlineData("--max-tokens", "0")]
    [InlineData("--max-tokens", "many")]
    [InlineData("--repetition-penalty", "0")]
    public async Task An_option_out_of_its_range_is_a_usage_error(string option, string value)
    {
        var run = await Tool.RunAsync("ask", "bundle", "Hello", option, value);
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("not json")]
    [InlineData("""[{"role": "user"}]""")]
    [InlineData("""[{"role": "user", "content": 5}]""")]
    public async Task Malformed_messages_are_bad_input_named_by_file(string text)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("safeswitch-").FullName, "chat.json");
        try
        {
            await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
            var run = await Tool.RunAsync("ask", "bundle", "--messages", file, "--json");
            Assert.Equal(ExitCodes.BadInput, run.ExitCode);
            Assert.Contains("chat.json", run.Json.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
    }

    [Fact]
    public async Task An_unknown_policy_is_told_with_those_that_exist()
    {
        using var bundle = TestBundle.Create();
        var run = await Tool.RunAsync("ask", bundle.Folder, "Hello", "--policy", "lax");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("'lax'", run.Error, StringComparison.Ordinal);
        Assert.Contains("permissive, balanced, strict", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_request_is_a_usage_error()
    {
        using var bundle = TestBundle.Create();
        var run = await Tool.RunAsync("ask", bundle.Folder);
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
    }

    [Fact]
    public async Task Every_problem_of_a_broken_bundle_is_listed()
    {
        using var bundle = TestBundle.Create();
        File.Delete(Path.Combine(bundle.Folder, "prompt.onnx"));
        await File.WriteAllTextAsync(Path.Combine(bundle.Folder, "response.onnx"), "other", TestContext.Current.CancellationToken);
        var run = await Tool.RunAsync("ask", bundle.Folder, "Hello", "--json");
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        var files = run.Json.GetProperty("error").GetProperty("problems").EnumerateArray().Select(p => p.GetProperty("file").GetString());
        Assert.Equal(["prompt.onnx", "response.onnx"], files.Order());
    }

    [Fact]
    public async Task A_cancelled_request_says_so()
    {
        using var bundle = TestBundle.Create();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        using var error = new StringWriter();
        var terminal = new Shared.Terminals.Terminal(TextReader.Null, TextWriter.Null, error);
        var exitCode = await SafeSwitchTool.RunAsync(["ask", bundle.Folder, "Hello"], terminal, cancelled.Token);
        Assert.Equal(ExitCodes.Cancelled, exitCode);
        Assert.Contains("Cancelled", error.ToString(), StringComparison.Ordinal);
    }
}
