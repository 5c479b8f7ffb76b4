using SafeSwitch.Backends;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Tests;

/// <summary>Any guard that a host can have is measured, and the measurement is what the guarded loop does by itself.</summary>
public sealed class GuardTests : IAsyncLifetime
{
    private const int Limit = 8;

    private readonly TestBundle bundle = TestBundle.Create();
    private IReadOnlyList<DataRow> rows = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Half of the rows or so are suspicious, and the thresholds of the response stage lie where looks differ.
    private static SafetyPolicy Policy(Intervention intervention = Intervention.RefusalAdapter) =>
        new() { PromptThreshold = 0.5, ResponseThreshold = 0.5, Intervention = intervention };

    private static readonly Dictionary<string, SafetyPolicy> Policies = new()
    {
        ["balanced"] = Policy(),
        // Windows that the limit cuts short would be looked at earlier than with room for a refusal.
        ["watching"] = new() { PromptThreshold = 0.9, ResponseThreshold = 0.9999, PilotTokens = 4, WatchEvery = 2 },
        ["watching closely"] = new() { PromptThreshold = 0.9, ResponseThreshold = 0.95, WatchEvery = 1, Intervention = Intervention.FixedRefusal },
        ["long pilot"] = new() { PromptThreshold = 0.5, ResponseThreshold = 0.5, PilotTokens = 7 },
        ["longer than the answer"] = new() { PromptThreshold = 0.5, ResponseThreshold = 0.5, PilotTokens = 40 },
        ["fixed"] = Policy(Intervention.FixedRefusal),
        ["stop"] = Policy(Intervention.Stop),
        ["observe"] = Policy(Intervention.ObserveOnly),
        ["some tokens"] = new() { PromptThreshold = 0.5, ResponseThreshold = 0.5, AdapterTokens = 3 },
        ["one stage"] = new() { PromptThreshold = 0.5, Stages = GuardStages.Prompt },
    };

    public ValueTask InitializeAsync()
    {
        rows = [.. DataReader.Read(bundle.Rows(24))];
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        bundle.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Every_policy_is_measured_as_the_loop_runs_it()
    {
        var evaluated = await RunAsync(o => o with { Policies = Policies, CheckedPolicy = "watching", CheckEvery = 1 });
        Assert.All(evaluated, r => Assert.True(r.LoopAgrees));

        await using var guarded = new GuardedModel(TestEvaluation.Load(bundle));
        foreach (var (name, policy) in Policies)
        {
            foreach (var (data, row) in rows.Zip(evaluated))
                await AssertSameAsync(guarded, data, row, name, policy);
        }

        foreach (var name in Policies.Keys.Except(["observe"]))
            Assert.True(evaluated.Count(r => r.IsIntervenedBy(name)) is var count && count > 0 && count < rows.Count, $"{name}: {count} of {rows.Count}");
        // Some are broken off in the middle, or watching would not have been tried.
        Assert.True(evaluated.Any(r => r.AnswerOf("watching").ReleasedTokens > 0), $"watching: {string.Join(", ", evaluated.Select(r => r.ResponseScores[3]))}");
    }

    [Fact]
    public async Task A_monitor_of_the_hosts_is_measured_beside_the_policies()
    {
        var monitor = new FixedMonitor { MostTokens = await MedianAsync() };
        var evaluated = await RunAsync(o => o with
        {
            Monitors = new Dictionary<string, EvaluatedMonitor> { ["mine"] = new(monitor, Policy()), ["mine, stopping"] = new(monitor, Policy(Intervention.Stop)) },
            CheckedPolicy = "mine",
            CheckEvery = 1,
        });
        Assert.All(evaluated, r => Assert.True(r.LoopAgrees));
        Assert.Contains("mine, stopping", EvaluationSummary.Of(evaluated, await OptionsAsync(monitor)).Methods);

        await using var guarded = new GuardedModel(TestEvaluation.Load(bundle), monitor);
        foreach (var (data, row) in rows.Zip(evaluated))
        {
            await AssertSameAsync(guarded, data, row, "mine", Policy());
            await AssertSameAsync(guarded, data, row, "mine, stopping", Policy(Intervention.Stop));
            Assert.Equal(row.IsIntervenedBy("mine"), row.IsIntervenedBy("mine, stopping"));
        }

        Assert.InRange(evaluated.Count(r => r.IsIntervenedBy("mine")), 1, rows.Count - 1);
    }

    [Fact]
    public async Task What_takes_the_place_of_an_answer_is_a_refusal_and_what_only_observes_is_not_an_intervention()
    {
        var evaluated = await RunAsync(o => o with { Policies = Policies, CheckedPolicy = "balanced" });
        foreach (var row in evaluated)
        {
            var isRefused = row.IsIntervenedBy("balanced");
            Assert.Equal([isRefused, isRefused, isRefused], new[] { "fixed", "stop", "some tokens" }.Select(row.IsIntervenedBy));
            Assert.Equal((false, isRefused), (row.IsIntervenedBy("observe"), row.IsFlaggedBy("observe")));
            Assert.Equal(row.Unguarded, row.AnswerOf("observe"));
            if (!isRefused)
                continue;

            Assert.Equal(new SafetyPolicy().FixedRefusal, row.AnswerOf("fixed").Text);
            Assert.Equal("", row.AnswerOf("stop").Text);
            Assert.True(row.AnswerOf("fixed").IsRefusal && row.AnswerOf("stop").IsRefusal);
            Assert.Null(row.AnswerOf("stop").IsFluent);
            Assert.StartsWith(row.AnswerOf("some tokens").Text.TrimEnd('\uFFFD'), row.Guarded!.Text, StringComparison.Ordinal);
            // The pilot is thrown away by all three; only the adapter takes a step to begin.
            Assert.Equal(row.Costs!["fixed"].DiscardedTokens + 1, row.Costs["balanced"].DiscardedTokens);
            Assert.True(row.Costs["balanced"].FirstTokenMs > row.Costs["balanced"].MonitorMs);
        }

        var figures = EvaluationSummary.Of(evaluated, new EvaluationOptions { Policies = Policies, CheckedPolicy = "balanced" });
        Assert.All(figures.Totals, t => Assert.Equal(t.Methods["balanced"].Intervened, t.Methods["observe"].Intervened));
        Assert.All(figures.Totals, t => Assert.Equal(t.Methods["unguarded"].Wrong, t.Methods["observe"].Wrong));
        var stopped = figures.Totals.Single(t => t.Harmful).Methods["stop"];
        Assert.Equal(evaluated.Count(r => r.Harmful && !r.IsIntervenedBy("stop") && !r.Unguarded.IsRefusal), stopped.Wrong.Count);
    }

    [Fact]
    public async Task A_monitor_that_fails_is_told_with_its_row_and_not_measured()
    {
        var error = await Assert.ThrowsAsync<SafeSwitchException>(() => RunAsync(o => o with
        {
            Monitors = new Dictionary<string, EvaluatedMonitor> { ["mine"] = new(new FixedMonitor { MostTokens = 0, Failure = new InvalidOperationException("no contact") }, Policy()) },
        }));
        Assert.Contains("Row 'rows/r0': 'mine'", error.Message, StringComparison.Ordinal);
        Assert.Contains("no contact", error.Message, StringComparison.Ordinal);
    }

    private static async Task AssertSameAsync(GuardedModel guarded, DataRow data, EvaluatedRow row, string name, SafetyPolicy policy)
    {
        var answer = row.AnswerOf(name);
        var limit = Limit + (policy.Intervention == Intervention.RefusalAdapter ? answer.ReleasedTokens ?? 0 : 0);
        var result = await guarded.GenerateAsync(new GenerationRequest { Messages = data.Messages, MaxNewTokens = limit, Policy = policy }, Token);
        Assert.Equal((name, row.Key, result.Intervened), (name, row.Key, row.IsIntervenedBy(name)));
        Assert.Equal((name, row.Key, result.Text), (name, row.Key, answer.Text));
        Assert.Equal((result.Tokens.Count, result.FinishReason), (answer.Tokens, answer.FinishReason));
    }

    private async Task<int> MedianAsync()
    {
        await using var loaded = TestEvaluation.Load(bundle);
        return rows.Select(r => loaded.Model.Tokenizer.Encode(r.Messages).Tokens.Length).Order().ElementAt(rows.Count / 2);
    }

    private async Task<EvaluationOptions> OptionsAsync(ISafetyMonitor monitor)
    {
        await using var loaded = TestEvaluation.Load(bundle);
        return new EvaluationOptions
        {
            Policies = loaded.Bundle.Manifest.Policies,
            Monitors = new Dictionary<string, EvaluatedMonitor> { ["mine, stopping"] = new(monitor, Policy()) },
        };
    }

    private Task<IReadOnlyList<EvaluatedRow>> RunAsync(Func<EvaluationOptions, EvaluationOptions> change) => TestEvaluation.RunAsync(
        bundle, rows, new EvaluationFiles { Path = Path.Combine(bundle.Root, "out.jsonl") },
        o => change(o with { AnswerTokens = Limit, RefusalTokens = Limit, Reference = null }));
}
