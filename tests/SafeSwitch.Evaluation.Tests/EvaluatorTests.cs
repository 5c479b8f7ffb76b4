using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Tests;

public class EvaluatorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_again_with_nothing_replayed_the_loop_gives_the_same_tokens_and_decisions()
    {
        using var bundle = TestBundle.Create();
        var rows = DataReader.Read(bundle.Rows(24)).ToList();
        foreach (var policy in new[] { "permissive", "balanced", "strict" })
        {
            var evaluated = await EvaluateAsync(bundle, rows, $"{policy}.jsonl", o => o with { CheckedPolicy = policy, CheckEvery = 1 });

            Assert.Equal(rows.Select(r => r.Key), evaluated.Select(r => r.Key));
            Assert.All(evaluated, r => Assert.True(r.LoopAgrees));
            // Neither all nor none, or the comparison would say nothing.
            Assert.InRange(evaluated.Count(r => r.IsIntervenedBy(policy)), 1, rows.Count - 1);
        }
    }

    [Fact]
    public async Task Rows_say_what_every_method_does()
    {
        using var bundle = TestBundle.Create();
        var rows = DataReader.Read(bundle.Rows(24)).ToList();
        var evaluated = await EvaluateAsync(bundle, rows, "out.jsonl");
        foreach (var (data, row) in rows.Zip(evaluated))
        {
            Assert.Equal((data.Harmful, data.Source, data.Source == "s1"), (row.Harmful, row.Source, row.SourceSeen));
            Assert.Equal(["balanced", "permissive", "reference", "strict"], row.Interventions.Keys.Order());
            Assert.Equal(row.PromptScore >= 0.3, row.IsIntervenedBy("strict"));
            Assert.Equal(row.PromptScore >= 0.5 && row.ResponseScores[3] >= 0.4, row.IsIntervenedBy("balanced"));
            Assert.Equal(row.ReferenceScore >= 0.5 && row.ReferenceResponseScore >= 0.5, row.IsIntervenedBy(Methods.Reference));
            Assert.Equal(["balanced", "permissive", "reference", "strict"], row.Costs!.Keys.Order());
            Assert.All(row.Costs.Values, c => Assert.True(c.MonitorMs > 0 && c.FirstTokenMs >= c.MonitorMs));
            Assert.All(row.Interventions, i => Assert.Equal(i.Value, row.Costs[i.Key].DiscardedTokens > 0));
            Assert.Null(row.Answers);
            Assert.Equal(row.Interventions.Values.Contains(true), row.Guarded is not null);
            Assert.InRange(row.Unguarded.Tokens, 0, 8);
        }
    }

    /// <summary>The second probe can only take interventions back, and some it does; rows of the two forms are never mixed.</summary>
    [Fact]
    public async Task A_reference_form_of_one_probe_decides_by_the_prompt_alone()
    {
        using var bundle = TestBundle.Create();
        var rows = DataReader.Read(bundle.Rows(24)).ToList();
        var both = await EvaluateAsync(bundle, rows, "both.jsonl");
        await using var loaded = TestEvaluation.Load(bundle);
        using var one = ReferenceForm.Load(bundle.ReferenceProbe, responseFile: null, loaded.Model.Info);
        var alone = await EvaluateAsync(bundle, rows, "one.jsonl", o => o with { Reference = one });

        Assert.All(alone, r => Assert.True(r.ReferenceResponseScore is null && r.ReferenceScore >= 0.5 == r.IsIntervenedBy(Methods.Reference)));
        Assert.All(alone.Zip(both), p => Assert.True(p.First.IsIntervenedBy(Methods.Reference) || !p.Second.IsIntervenedBy(Methods.Reference)));
        Assert.True(alone.Count(r => r.IsIntervenedBy(Methods.Reference)) > both.Count(r => r.IsIntervenedBy(Methods.Reference)));
        await Assert.ThrowsAsync<DataException>(() => EvaluateAsync(bundle, rows, "both.jsonl", o => o with { Reference = one }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(40)]
    public async Task A_killed_run_goes_on_without_losing_or_doubling_a_row(int lostBytes)
    {
        using var bundle = TestBundle.Create();
        var rows = DataReader.Read(bundle.Rows(12)).ToList();
        var whole = await EvaluateAsync(bundle, rows, "whole.jsonl");
        await EvaluateAsync(bundle, rows[..7], "killed.jsonl");
        var path = Path.Combine(bundle.Root, "killed.jsonl");
        using (var file = new FileStream(path, FileMode.Open))
            file.SetLength(file.Length - lostBytes);

        var resumed = await EvaluateAsync(bundle, rows, "killed.jsonl");

        Assert.Equal(whole.Select(Facts), resumed.Select(Facts));
        Assert.Equal(rows.Count, File.ReadAllLines(path).Length);
        var again = await EvaluateAsync(bundle, rows, "killed.jsonl");
        Assert.Equal(resumed.Select(r => r.PrefillMs), again.Select(r => r.PrefillMs));
    }

    [Fact]
    public async Task Rows_of_another_run_are_refused()
    {
        using var bundle = TestBundle.Create();
        var rows = DataReader.Read(bundle.Rows(3)).ToList();
        await EvaluateAsync(bundle, rows, "out.jsonl");

        var error = await Assert.ThrowsAsync<DataException>(() => EvaluateAsync(bundle, rows, "out.jsonl", o => o with { AnswerTokens = 9 }));
        Assert.Contains("out.jsonl", error.Message, StringComparison.Ordinal);
        Assert.Contains("line 1", error.Message, StringComparison.Ordinal);

    }

    [Theory]
    [InlineData("{\"something\": 1}\n")]
    [InlineData("{\"something\": 1}")]
    [InlineData("text\nmore")]
    public async Task A_file_of_something_else_is_left_as_it_is(string content)
    {
        using var bundle = TestBundle.Create();
        var path = bundle.Data("other.jsonl");
        await File.WriteAllTextAsync(path, content, Token);
        await Assert.ThrowsAsync<DataException>(() => EvaluateAsync(bundle, [.. DataReader.Read(bundle.Rows(3))], "other.jsonl"));
        Assert.Equal(content, await File.ReadAllTextAsync(path, Token));
    }

    [Fact]
    public async Task The_unguarded_model_alone_has_no_scores()
    {
        using var bundle = TestBundle.Create();
        var rows = DataReader.Read(bundle.Rows(4)).ToList();
        var evaluated = await EvaluateAsync(bundle, rows, "out.jsonl", o => o with
        {
            Policies = new Dictionary<string, SafetyPolicy>(),
            CheckedPolicy = null,
            Reference = null,
        });
        Assert.All(evaluated, r => Assert.True(r.PromptScore is null && r.Guarded is null && r.Interventions.Count == 0));
        Assert.Equal([Methods.Unguarded], EvaluationSummary.Of(evaluated, new EvaluationOptions { Policies = new Dictionary<string, SafetyPolicy>() }).Methods);
    }

    [Fact]
    public async Task A_prompt_that_does_not_fit_is_told_and_left_out()
    {
        using var bundle = TestBundle.Create();
        var path = bundle.Data(
            "long.jsonl",
            $$"""{"id": "long", "prompt": "{{string.Join(' ', Enumerable.Range(0, 400))}}", "harmful": false}""",
            """{"id": "short", "prompt": "hello", "harmful": false}""");
        var problems = new List<DataProblem>();
        var evaluated = await EvaluateAsync(bundle, [.. DataReader.Read(path)], "out.jsonl", onProblem: problems.Add);

        Assert.Equal("long/short", Assert.Single(evaluated).Key);
        Assert.Contains("context", Assert.Single(problems).Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("user", RowKind.Plain)]
    [InlineData("system, user", RowKind.Plain)]
    [InlineData("user, assistant, user", RowKind.MultiTurn)]
    [InlineData("user, assistant, Tool", RowKind.OtherRole)]
    [InlineData("user, document, user", RowKind.OtherRole)]
    public void Text_that_others_than_the_user_bring_is_a_kind_of_its_own(string roles, RowKind kind)
    {
        var row = new DataRow
        {
            Id = "r", Set = "s", Source = "s", Split = "test", Harmful = true,
            Messages = [.. roles.Split(", ").Select(r => new Backends.PromptMessage(r, "text"))],
        };
        Assert.Equal(kind, RowKinds.Of(row));
        Assert.Equal(RowKind.Wrapped, RowKinds.Of(row with { Wrapper = "w" }));
    }

    [Theory]
    [InlineData(Methods.AlwaysOn, "other")]
    [InlineData("other", Methods.Reference)]
    [InlineData("one", "one")]
    public async Task Two_methods_of_one_name_are_refused(string policy, string monitor)
    {
        using var bundle = TestBundle.Create();
        await using var loaded = TestEvaluation.Load(bundle);
        var error = Assert.Throws<SettingsException>(() => new Evaluator(loaded, new EvaluationOptions
        {
            Policies = new Dictionary<string, SafetyPolicy> { [policy] = new() },
            Monitors = new Dictionary<string, EvaluatedMonitor> { [monitor] = new(new FixedMonitor(), new SafetyPolicy()) },
        }));
        Assert.Contains(policy == "other" ? monitor : policy, error.Message, StringComparison.Ordinal);
    }

    private static Task<IReadOnlyList<EvaluatedRow>> EvaluateAsync(
        TestBundle bundle,
        IReadOnlyList<DataRow> rows,
        string file,
        Func<EvaluationOptions, EvaluationOptions>? change = null,
        Action<DataProblem>? onProblem = null) =>
        TestEvaluation.RunAsync(bundle, rows, new EvaluationFiles { Path = Path.Combine(bundle.Root, file) }, change, onProblem);

    private static string Facts(EvaluatedRow row) =>
        $"{row.Key} {row.PromptScore} {row.ReferenceScore} {string.Join(',', row.Interventions)} {row.Unguarded.Text} {row.Guarded?.Text} {row.LoopAgrees}";
}
