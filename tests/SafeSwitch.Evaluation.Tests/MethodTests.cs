using System.Numerics.Tensors;
using System.Text;
using SafeSwitch.Backends;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Policies;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Tests;

/// <summary>Every method says what it would say alone.</summary>
public class MethodTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Always_on_says_what_the_model_says_with_the_adapter_on_from_the_first_token()
    {
        using var bundle = TestBundle.Create();
        var rows = DataReader.Read(bundle.Rows(12)).ToList();
        var evaluated = await RunAsync(bundle, rows, o => o with { AlwaysOn = true });

        await using var loaded = TestEvaluation.Load(bundle);
        foreach (var (data, row) in rows.Zip(evaluated))
        {
            var isDecided = row.Interventions.Any(i => i.Value && i.Key != Methods.AlwaysOn);
            var alone = await GreedyAsync(loaded.Model, data.Messages, adapter: "refusal", isDecided || data.Harmful ? 10 : 8);
            Assert.Equal(alone, row.AnswerOf(Methods.AlwaysOn).Text);
        }

        Assert.Contains(evaluated, r => r.Guarded!.Text != r.Unguarded.Text);
        // What nothing but "always on" refuses changes no other method.
        Assert.All(evaluated, r => Assert.Equal(r.IsIntervenedBy("balanced") ? r.Guarded : r.Unguarded, r.AnswerOf("balanced")));
    }

    [Fact]
    public async Task The_safety_prompt_says_what_the_model_says_after_that_system_message()
    {
        using var bundle = TestBundle.Create();
        var rows = DataReader.Read(bundle.Rows(8)).ToList();
        var evaluated = await RunAsync(bundle, rows, o => o with { SafetyPrompt = "be good" });

        await using var loaded = TestEvaluation.Load(bundle);
        foreach (var (data, row) in rows.Zip(evaluated))
        {
            IReadOnlyList<PromptMessage> messages = [PromptMessage.System("be good"), .. data.Messages];
            Assert.Equal(await GreedyAsync(loaded.Model, messages, adapter: null, 8), row.AnswerOf(Methods.SafetyPrompt).Text);
            Assert.Equal(loaded.Model.Tokenizer.Encode(messages).Tokens.Length, row.SafetyPrompt!.PromptTokens);
            Assert.False(row.IsIntervenedBy(Methods.SafetyPrompt));
        }

        Assert.Contains(evaluated, r => r.SafetyPrompt!.Answer.Text != r.Unguarded.Text);
    }

    [Fact]
    public async Task Rows_that_say_what_is_right_are_decoded_further_and_judged()
    {
        using var bundle = TestBundle.Create();
        var path = bundle.Data(
            "sums.jsonl",
            """{"id": "sum", "prompt": "one and one", "harmful": false, "answer": "2", "split": "test"}""",
            """{"id": "plain", "prompt": "one and two", "harmful": false, "split": "test"}""");
        var rows = DataReader.Read(path).ToList();
        var evaluated = await RunAsync(bundle, rows, o => o with { UtilityTokens = 12, AlwaysOn = true, CheckEvery = 1 });

        Assert.All(evaluated, r => Assert.True(r.LoopAgrees));
        Assert.NotNull(evaluated[0].Unguarded.IsCorrect);
        Assert.NotNull(evaluated[0].Guarded!.IsCorrect);
        Assert.Null(evaluated[1].Unguarded.IsCorrect);
        await using var loaded = TestEvaluation.Load(bundle);
        Assert.Equal(await GreedyAsync(loaded.Model, rows[0].Messages, null, 12), evaluated[0].Unguarded.Text);
        Assert.Equal(await GreedyAsync(loaded.Model, rows[1].Messages, null, 8), evaluated[1].Unguarded.Text);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Parts_together_are_one_run(int parts)
    {
        using var bundle = TestBundle.Create();
        var rows = DataReader.Read(bundle.Rows(13)).ToList();
        var whole = await RunAsync(bundle, rows, WithAll);
        var folder = Path.Combine(bundle.Root, "report");
        for (var part = 1; part <= parts; part++)
        {
            var made = await TestEvaluation.RunAsync(bundle, rows, EvaluationFiles.InFolder(folder, (part, parts)), WithAll);
            Assert.Equal(rows.Where((_, i) => i % parts < part).Select(r => r.Key), made.Select(r => r.Key));
        }

        var merged = await TestEvaluation.RunAsync(bundle, rows, EvaluationFiles.InFolder(folder, (1, 1)), WithAll);
        Assert.Equal(whole.Select(Facts), merged.Select(Facts));
        Assert.Empty(await File.ReadAllTextAsync(Path.Combine(folder, "rows.jsonl"), Token));
        Assert.Equal(rows.Count, Directory.GetFiles(folder, "rows-*.jsonl").Sum(f => File.ReadAllLines(f).Length));
    }

    [Fact]
    public async Task What_a_part_lacks_the_run_without_parts_makes()
    {
        using var bundle = TestBundle.Create();
        var rows = DataReader.Read(bundle.Rows(6)).ToList();
        var folder = Path.Combine(bundle.Root, "report");
        await TestEvaluation.RunAsync(bundle, rows, EvaluationFiles.InFolder(folder, (2, 2)), WithAll);
        // The other process is in the middle of a line.
        await File.AppendAllTextAsync(Path.Combine(folder, "rows-2-of-2.jsonl"), "{\"id\": \"r1\", \"se", Token);

        var merged = await TestEvaluation.RunAsync(bundle, rows, EvaluationFiles.InFolder(folder, (1, 1)), WithAll);
        Assert.Equal(rows.Select(r => r.Key), merged.Select(r => r.Key));
        Assert.Equal(3, File.ReadAllLines(Path.Combine(folder, "rows.jsonl")).Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Methods_that_rows_do_not_have_are_refused_and_rows_that_have_none_are_kept(bool alwaysOn)
    {
        using var bundle = TestBundle.Create();
        var rows = DataReader.Read(bundle.Rows(3)).ToList();
        var files = new EvaluationFiles { Path = Path.Combine(bundle.Root, "old.jsonl") };
        await TestEvaluation.RunAsync(bundle, rows, files);
        // As an older version wrote them.
        await File.WriteAllLinesAsync(files.Path, File.ReadAllLines(files.Path).Select(AsItWas), Token);
        Assert.DoesNotContain("costs", await File.ReadAllTextAsync(files.Path, Token), StringComparison.Ordinal);

        var kept = await TestEvaluation.RunAsync(bundle, rows, files);
        Assert.All(kept, r => Assert.Null(r.Costs));
        Assert.Empty(EvaluationSummary.Of(kept, new EvaluationOptions { Policies = new Dictionary<string, SafetyPolicy>() }).Overhead);
        var error = await Assert.ThrowsAsync<DataException>(() => TestEvaluation.RunAsync(
            bundle, rows, files, o => alwaysOn ? o with { AlwaysOn = true } : o with { SafetyPrompt = "be good" }));
        Assert.Contains("methods", error.Message, StringComparison.Ordinal);
    }

    private static string AsItWas(string line)
    {
        var row = System.Text.Json.Nodes.JsonNode.Parse(line)!.AsObject();
        row.Remove("costs");
        row["timings"] = System.Text.Json.Nodes.JsonNode.Parse("""{"prompt_probe_ms":1.5,"pilot_ms":{"3":30.5},"response_probe_ms":{"3":0.5},"step_ms":9.5}""");
        return row.ToJsonString();
    }

    private static EvaluationOptions WithAll(EvaluationOptions options) => options with { AlwaysOn = true, SafetyPrompt = "be good", CheckEvery = 2 };

    private static Task<IReadOnlyList<EvaluatedRow>> RunAsync(TestBundle bundle, IReadOnlyList<DataRow> rows, Func<EvaluationOptions, EvaluationOptions> change) =>
        TestEvaluation.RunAsync(bundle, rows, new EvaluationFiles { Path = Path.Combine(bundle.Root, "out.jsonl") }, change);

    private static string Facts(EvaluatedRow row) => string.Join('|', [
        row.Key, row.PromptScore, row.ReferenceScore, row.Unguarded.Text, row.Guarded?.Text, row.SafetyPrompt?.Answer.Text, row.LoopAgrees,
        .. row.Interventions.Select(i => $"{i.Key}={i.Value}")]);

    private static async Task<string> GreedyAsync(ILanguageModel model, IReadOnlyList<PromptMessage> messages, string? adapter, int limit)
    {
        var prompt = model.Tokenizer.Encode(messages).Tokens;
        await using var session = await model.OpenSessionAsync(new DecodingOptions { Capacity = prompt.Length + limit }, Token);
        session.SetAdapter(adapter);
        await session.PrefillAsync(prompt, Token);
        var stream = model.Tokenizer.CreateTextStream();
        var text = new StringBuilder();
        for (var i = 0; i < limit; i++)
        {
            var token = TensorPrimitives.IndexOfMax(session.Logits);
            if (model.Info.EndTokens.Contains(token))
                break;
            text.Append(stream.Append(token));
            if (i < limit - 1)
                await session.DecodeAsync(token, Token);
        }

        return text.Append(stream.Flush()).ToString();
    }
}
