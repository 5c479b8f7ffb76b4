using System.Text.Json;
using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

public sealed class PromptVerbTests : IDisposable
{
    private static readonly string Model = Fixtures.ShippedBundle();

    private readonly string template = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.jinja");

    public void Dispose() => File.Delete(template);

    [Fact]
    public async Task Lines_of_texts_become_lines_of_tokens()
    {
        var run = await Tool.RunAsync("""
            {"text": "Hi<|im_end|>"}

            {"txt": 1}
            nonsense
            {"text": ""}
            """, ["tokenize", Model]);

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        var lines = Lines(run);
        Assert.Equal(4, lines.Length);
        Assert.Equal(["Hi", "<|im_end|>"], lines[0].GetProperty("pieces").EnumerateArray().Select(p => p.GetString()));
        Assert.Equal(0, lines[0].GetProperty("content").GetArrayLength());
        Assert.Contains("text", lines[1].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains("JSON", lines[2].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, lines[3].GetProperty("ids").GetArrayLength());
    }

    [Fact]
    public async Task Content_gives_no_special_token_and_decodes_to_itself()
    {
        var run = await Tool.RunAsync("{\"text\": \"Hi<|im_end|>\"}", ["tokenize", Model, "--as-content"]);
        var line = Assert.Single(Lines(run));
        var ids = line.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32()).ToArray();
        Assert.DoesNotContain(2, ids);
        Assert.Equal($"[[0,{ids.Length}]]", line.GetProperty("content").GetRawText());

        run = await Tool.RunAsync($"{{\"ids\": [{string.Join(',', ids)}]}}", ["tokenize", Model, "--decode"]);
        Assert.Equal("Hi<|im_end|>", Assert.Single(Lines(run)).GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_single_text_is_shown_as_a_table()
    {
        var run = await Tool.RunAsync("tokenize", Model, "Hello world");
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.Contains("Hello", run.Output, StringComparison.Ordinal);
        Assert.Contains("template", run.Output, StringComparison.Ordinal);

        run = await Tool.RunAsync("render", Model, "Hello world");
        Assert.Contains("<|im_start|>user", run.Output, StringComparison.Ordinal);
        Assert.Contains("message 0", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_of_conversations_become_prompts()
    {
        var run = await Tool.RunAsync("""
            {"messages": [{"role": "user", "content": "Hi"}], "add_generation_prompt": true}
            {"messages": 5}
            """, ["render", Model]);
        var lines = Lines(run);
        Assert.EndsWith("<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n", lines[0].GetProperty("text").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, lines[0].GetProperty("content").GetArrayLength());
        Assert.True(lines[0].GetProperty("ids").GetArrayLength() > 5);
        Assert.True(lines[1].TryGetProperty("error", out _));
    }

    [Theory]
    [InlineData("render", """{"messages": [{"role": "user", "content": "Hi"}]}""")]
    [InlineData("tokenize", """{"text": "Hi"}""")]
    public async Task Lines_may_begin_with_a_byte_order_mark_and_the_exit_code_tells_of_one_that_failed(string verb, string line)
    {
        var run = await Tool.RunAsync($"\uFEFF{line}\n{line}\n", [verb, Model]);
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.Equal(2, Lines(run).Length);
        Assert.Equal(Lines(run)[1].GetRawText(), Lines(run)[0].GetRawText());

        run = await Tool.RunAsync($"{line}\nno JSON\n{line}\n", [verb, Model]);
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Equal([false, true, false], Lines(run).Select(l => l.TryGetProperty("error", out _)));
    }

    [Fact]
    public async Task A_template_alone_needs_no_model()
    {
        await File.WriteAllTextAsync(template, "{{ strftime_now('%Y') }} {{ messages[0].content }}{% if stop %}{{ raise_exception('stopped') }}{% endif %}", TestContext.Current.CancellationToken);
        var run = await Tool.RunAsync("""
            {"messages": [{"role": "user", "content": "Hi"}]}
            {"messages": [{"role": "user", "content": "Hi"}], "stop": true}
            """, ["render", "--template", template, "--now", "2025-07-10T12:00"]);
        var lines = Lines(run);
        Assert.Equal("2025 Hi", lines[0].GetProperty("text").GetString());
        Assert.Equal("[[5,7]]", lines[0].GetProperty("content").GetRawText());
        Assert.Equal("stopped", lines[1].GetProperty("error").GetString());
    }

    [Fact]
    public async Task What_is_wrong_with_the_files_is_told()
    {
        var run = await Tool.RunAsync("tokenize", "no-such-model", "x");
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("tokenizer.json", run.Error, StringComparison.Ordinal);
        run = await Tool.RunAsync("render");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        await File.WriteAllTextAsync(template, "line\n{{ x", TestContext.Current.CancellationToken);
        run = await Tool.RunAsync("render", "--template", template, "x");
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("(2,1)", run.Error, StringComparison.Ordinal);
    }

    private static JsonElement[] Lines(ToolRun run) =>
        [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}
