using System.Text.Json;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Instrumentation;
using SafeSwitch.Training.States;

namespace SafeSwitch.Cli.Tests;

public sealed class CollectTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string Bundle => folder.File("bundle");

    private string States => folder.File("states");

    [Fact]
    public async Task Rows_of_a_folder_that_is_not_a_bundle_yet_are_collected_once()
    {
        Instrument();
        string[] arguments = ["collect", Bundle, "--data", Rows(20), "-o", States, "--answer-tokens", "4", "--pilot-tokens", "2", "--refusals", Refusals(), "--refused", "3"];
        var shown = await Tool.RunAsync(arguments);
        // So few rows are said to be few, and nothing else.
        Assert.All(shown.Error.Split('\n').Where(l => l.StartsWith("error", StringComparison.Ordinal) || l.StartsWith("warning", StringComparison.Ordinal)), l => Assert.Contains("calibrate", l, StringComparison.Ordinal));
        Assert.Equal(ExitCodes.Done, shown.ExitCode);
        Assert.Contains("16 collected", shown.Output, StringComparison.Ordinal);
        Assert.Contains("16 to collect, up to", shown.Error, StringComparison.Ordinal);
        Assert.Contains("collect  100%", shown.Error, StringComparison.Ordinal);

        using (var store = StateStore.Open(States))
        {
            Assert.Equal(["hidden_states.1", "hidden_states.2", "hidden_states"], store.Layers);
            Assert.Equal(16, store.Rows.Count);
            Assert.DoesNotContain(store.Rows, r => r.Data.Split == "test");
            Assert.All(store.Rows, r => Assert.NotNull(r.Answer));
            Assert.Equal(3, store.Rows.Count(r => r.RefusalTokens > 0));
        }

        var data = JsonDocument.Parse(File.ReadAllText(folder.File("states", "data.json"))).RootElement;
        Assert.Equal(("rows.jsonl", 16), (data[0].GetProperty("name").GetString(), data[0].GetProperty("rows").GetInt32()));
        Assert.Equal(64, data[0].GetProperty("sha256").GetString()!.Length);

        var again = await Tool.RunAsync([.. arguments, "--json"]);
        Assert.Equal((0, 16), (again.Json.GetProperty("rows").GetInt32(), again.Json.GetProperty("existing").GetInt32()));
    }

    [Fact]
    public async Task Layers_keep_answers_and_shards_are_chosen()
    {
        Instrument();
        var rows = Rows(20);
        foreach (var part in (string[])["2/2", "1/2"])
        {
            var run = await Tool.RunAsync("collect", Bundle, "--data", rows, "-o", States, "--layers", "final,2", "--keep", "last", "--answers", "2", "--answer-tokens", "3", "--shard", part);
            Assert.Equal(ExitCodes.Done, run.ExitCode);
        }

        using var store = StateStore.Open(States);
        Assert.Equal((KeptPositions.Last, 16), (store.Keep, store.Rows.Count));
        Assert.Equal(["hidden_states.2", "hidden_states"], store.Layers);
        Assert.Equal([2, 2], store.Rows.Where(r => r.Answer is not null).GroupBy(r => r.Data.Harmful).Select(g => g.Count()));
    }

    [Fact]
    public async Task The_reference_implementations_rows_and_refusals_written_per_row_work()
    {
        Instrument();
        var data = Data(
            "reference.jsonl",
            """{"question_id": 7, "turns": ["how to be bad"], "category": "malware"}""",
            """{"question_id": 8, "turns": ["how to be good"], "category": "safe"}""",
            """{"prompt": "be bad", "harmful": true, "refusal": "No, that is bad."}""");
        var run = await Tool.RunAsync("collect", Bundle, "--data", data, "-o", States, "--answers", "none");
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        using var store = StateStore.Open(States);
        Assert.Equal([("reference/000003", true), ("reference/7", true), ("reference/8", false)], store.Rows.Select(r => (r.Data.Key, r.Data.Harmful)));
        Assert.All(store.Rows, r => Assert.Null(r.Answer));
        Assert.Equal("No, that is bad.", Assert.Single(store.Rows, r => r.Refusal is not null).Refusal!.Text);
    }

    [Fact]
    public async Task Malformed_rows_are_told_by_line_and_left_out_unless_strict()
    {
        Instrument();
        var data = Data(
            "mine.jsonl",
            """{"prompt": "hello", "harmful": false}""",
            """{"prompt": "hello", "harmful": "no"}""",
            """{"prompt": "hello", "harmful": true, "refusal": ""}""",
            "not json");
        string[] arguments = ["collect", Bundle, "--data", data, "-o", States, "--answers", "none"];
        var strict = await Tool.RunAsync([.. arguments, "--strict"]);
        Assert.Equal(ExitCodes.BadInput, strict.ExitCode);
        Assert.Contains("mine.jsonl:2: harmful", strict.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(States));

        var lenient = await Tool.RunAsync(arguments);
        Assert.Equal(ExitCodes.Done, lenient.ExitCode);
        foreach (var told in (string[])["mine.jsonl:2: harmful", "mine.jsonl:3: refusal", "mine.jsonl:4", "all 1 rows are harmless"])
            Assert.Contains(told, lenient.Error, StringComparison.Ordinal);
        Assert.Contains("3 left out", lenient.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ExitCodes.Usage, "--answers", "some")]
    [InlineData(ExitCodes.Usage, "--layers", "middle")]
    [InlineData(ExitCodes.Usage, "--shard", "3/2")]
    [InlineData(ExitCodes.Usage, "--keep", "first")]
    [InlineData(ExitCodes.Usage, "--answer-tokens", "0")]
    [InlineData(ExitCodes.BadInput, "--layers", "99")]
    [InlineData(ExitCodes.BadInput, "--refusals", "missing.json")]
    public async Task A_bad_option_is_told_before_anything_is_written(int exitCode, string option, string value)
    {
        Instrument();
        var run = await Tool.RunAsync("collect", Bundle, "--data", Rows(6), "-o", States, option, value);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(value, run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(States));
    }

    [Fact]
    public async Task A_model_that_is_not_instrumented_is_told_what_to_do()
    {
        var run = await Tool.RunAsync("collect", Fixtures.Decoder("llama", "fp32"), "--data", Rows(6), "-o", States);
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("safeswitch instrument", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_can_not_be_written_is_told()
    {
        Instrument();
        File.WriteAllText(States, "a file");
        var run = await Tool.RunAsync("collect", Bundle, "--data", Rows(6), "-o", States, "--answers", "none");
        Assert.NotEqual(ExitCodes.Done, run.ExitCode);
        Assert.Contains(States, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("bug in the tool", run.Error, StringComparison.Ordinal);
        Assert.Equal("a file", File.ReadAllText(States));
    }

    public void Dispose() => folder.Dispose();

    private void Instrument() => Instrumenter.Instrument(Fixtures.Decoder("llama", "fp32"), Bundle, new InstrumentOptions { Layers = [1, 2] });

    private string Data(string name, params string[] lines)
    {
        File.WriteAllLines(folder.File(name), lines);
        return folder.File(name);
    }

    private string Rows(int count) => Data("rows.jsonl", [.. Enumerable.Range(0, count).Select(i =>
        $$"""{"id": "r{{i}}", "prompt": "{{new string((char)('a' + (i % 26)), 3 + (i * 7 % 11))}} request {{i}}", "harmful": {{(i % 2 == 0 ? "true" : "false")}}, "source": "s{{i % 3}}", "split": "{{(i % 5 == 4 ? "test" : "train")}}"}""")]);

    private string Refusals() => Data("refusals.json",
        """{"kinds": [], "general": { "id": "general", "topic": "that", "keywords": [], "refusals": ["I can't help with that."] } }""");
}
