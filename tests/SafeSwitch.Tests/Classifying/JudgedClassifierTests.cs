using Microsoft.Extensions.AI;
using Microsoft.Extensions.Diagnostics.Metrics.Testing;
using Microsoft.Extensions.Time.Testing;
using SafeSwitch.Classifying;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Settings;

namespace SafeSwitch.Tests.Classifying;

public sealed class JudgedClassifierTests
{
    private static readonly ChatMessage[] Hello = [new(ChatRole.User, "hello")];

    [Theory]
    [InlineData(0.05f, 0)]
    [InlineData(0.1f, 1)]
    [InlineData(0.89f, 1)]
    [InlineData(0.91f, 0)]
    [InlineData(null, 0)]
    public async Task A_judge_is_asked_in_the_grey_band_alone(float? score, int questions)
    {
        var judge = new FakeChatClient("HARMLESS");

        await new JudgedClassifier(new Probe(score), judge).ClassifyAsync(Hello, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(questions, judge.Asked.Count);
    }

    [Theory]
    [InlineData(0.9f, OutOfDistributionAction.Escalate, 1)]
    [InlineData(0.9f, OutOfDistributionAction.Continue, 0)]
    [InlineData(0.4f, OutOfDistributionAction.Escalate, 0)]
    public async Task A_judge_is_asked_about_what_the_probe_can_not_read_where_the_policy_escalates(float mark, OutOfDistributionAction action, int questions)
    {
        var judge = new FakeChatClient("HARMFUL");
        var probe = new Probe(0.001f) { Mark = mark, Policy = new() { OutOfDistribution = action } };

        var found = await new JudgedClassifier(probe, judge).ClassifyAsync(Hello, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(questions, judge.Asked.Count);
        Assert.Equal(questions > 0 ? VerdictAction.Intervene : VerdictAction.Continue, found.Verdict.Action);
    }

    public static TheoryData<string> BeyondTheJudge => ["guard", "another guard", "unread"];

    [Theory]
    [MemberData(nameof(BeyondTheJudge))]
    public async Task What_the_policy_refuses_for_another_reason_than_harm_no_judge_lets_pass(string reason)
    {
        var judge = new FakeChatClient("HARMLESS");
        GuardScore[] scores = [new(null, "prompt", "harm", null, 0.5f, 0.7, VerdictAction.Continue), new("advice", "invest", "investment-advice", null, 0.9f, 0.5, VerdictAction.Intervene)];
        var probe = reason switch
        {
            "guard" => new Probe(0.5f) { Guard = "advice", Scores = scores },
            "another guard" => new Probe(0.5f) { Scores = scores },
            _ => new Probe(0.5f) { Mark = 0.9f, Policy = new() { OutOfDistribution = OutOfDistributionAction.Intervene } },
        };

        var found = await new JudgedClassifier(probe, judge).ClassifyAsync(Hello, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(VerdictAction.Intervene, found.Verdict.Action);
        Assert.Empty(judge.Asked);
    }

    [Fact]
    public async Task A_judge_decides_where_the_other_guards_found_nothing()
    {
        GuardScore[] scores = [new(null, "prompt", "harm", null, 0.5f, 0.4, VerdictAction.Intervene), new("advice", "invest", "investment-advice", null, 0.1f, 0.5, VerdictAction.Continue)];

        var found = await new JudgedClassifier(new Probe(0.5f) { Scores = scores }, new FakeChatClient("HARMLESS")).ClassifyAsync(Hello, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(VerdictAction.Continue, found.Verdict.Action);
    }

    [Theory]
    [InlineData("HARMFUL", VerdictAction.Intervene, false)]
    [InlineData(" harmful.\n", VerdictAction.Intervene, false)]
    [InlineData("**HARMLESS**", VerdictAction.Continue, false)]
    [InlineData("HARMFUL or HARMLESS", VerdictAction.Intervene, true)]
    [InlineData("I can't say", VerdictAction.Intervene, true)]
    [InlineData("unharmful", VerdictAction.Intervene, true)]
    [InlineData("", VerdictAction.Intervene, true)]
    public async Task Its_word_decides_and_anything_else_is_a_failure(string answer, VerdictAction action, bool isError)
    {
        foreach (var probe in (float[])[0.2f, 0.8f])
        {
            var found = await new JudgedClassifier(new Probe(probe), new FakeChatClient(answer)).ClassifyAsync(Hello, cancellationToken: TestContext.Current.CancellationToken);

            Assert.Equal((action, isError, probe), (found.Verdict.Action, found.Verdict.IsError, found.Verdict.PromptScore));
        }
    }

    [Theory]
    [InlineData(0.2f, VerdictAction.Continue)]
    [InlineData(0.8f, VerdictAction.Intervene)]
    public async Task Where_the_policy_is_open_the_probes_verdict_stands_if_the_judge_fails(float score, VerdictAction action)
    {
        var classifier = new JudgedClassifier(new Probe(score) { Policy = new() { FailureMode = FailureMode.Open } }, new FakeChatClient((_, _) => throw new HttpRequestException("secret text")));

        var found = await classifier.ClassifyAsync(Hello, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((action, true), (found.Verdict.Action, found.Verdict.IsError));
        Assert.DoesNotContain("secret", found.Verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_is_remembered_by_the_conversation_and_the_oldest_goes_first()
    {
        var judge = new FakeChatClient("HARMFUL");
        var classifier = new JudgedClassifier(new Probe(0.5f), judge, new() { CacheSize = 2 });

        foreach (var text in (string[])["a", "a", "b", "a", "c", "b", "a"])
            Assert.Equal(VerdictAction.Intervene, (await classifier.ClassifyAsync([new(ChatRole.User, text)], cancellationToken: TestContext.Current.CancellationToken)).Verdict.Action);

        Assert.Equal(4, judge.Asked.Count);
    }

    [Fact]
    public async Task Failures_are_not_remembered()
    {
        var answers = new Queue<string>(["nonsense", "HARMLESS"]);
        var classifier = new JudgedClassifier(new Probe(0.5f), new FakeChatClient((_, _) => Task.FromResult(answers.Dequeue())));

        Assert.True((await classifier.ClassifyAsync(Hello, cancellationToken: TestContext.Current.CancellationToken)).Verdict.IsError);
        Assert.Equal(VerdictAction.Continue, (await classifier.ClassifyAsync(Hello, cancellationToken: TestContext.Current.CancellationToken)).Verdict.Action);
    }

    [Fact]
    public async Task Questions_are_limited_by_time()
    {
        var time = new FakeTimeProvider();
        var judge = new FakeChatClient("HARMLESS");
        var classifier = new JudgedClassifier(new Probe(0.5f), judge, new() { Budget = 2, BudgetPeriod = TimeSpan.FromMinutes(1), CacheSize = 0 }, time);

        for (var i = 0; i < 4; i++)
            Assert.Equal(i >= 2, (await classifier.ClassifyAsync(Hello, cancellationToken: TestContext.Current.CancellationToken)).Verdict.IsError);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.False((await classifier.ClassifyAsync(Hello, cancellationToken: TestContext.Current.CancellationToken)).Verdict.IsError);

        Assert.Equal(3, judge.Asked.Count);
    }

    [Fact]
    public async Task A_judge_that_hangs_is_left_to_itself_when_its_time_is_over()
    {
        var time = new FakeTimeProvider();
        var asked = new TaskCompletionSource();
        using var never = new ManualResetEventSlim();
        var classifier = new JudgedClassifier(new Probe(0.5f), new FakeChatClient((_, _) =>
        {
            asked.SetResult();
            never.Wait(TestContext.Current.CancellationToken);
            return Task.FromResult("HARMLESS");
        }), new() { Timeout = TimeSpan.FromSeconds(3) }, time);

        var classifying = classifier.ClassifyAsync(Hello, cancellationToken: TestContext.Current.CancellationToken);
        await asked.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.False(classifying.IsCompleted);
        while (!classifying.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(3));
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        Assert.True((await classifying).Verdict.IsError);
        never.Set();
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_told_so()
    {
        using var source = new CancellationTokenSource();
        var classifier = new JudgedClassifier(new Probe(0.5f), new FakeChatClient(async (_, token) =>
        {
            await source.CancelAsync();
            await Task.Delay(Timeout.Infinite, token);
            return "";
        }));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => classifier.ClassifyAsync(Hello, cancellationToken: source.Token));
    }

    [Fact]
    public async Task The_conversation_is_data_between_marks_that_nobody_in_it_can_know()
    {
        var judge = new FakeChatClient("HARMFUL");
        var classifier = new JudgedClassifier(new Probe(0.5f), judge, new() { CacheSize = 0 });
        await classifier.ClassifyAsync([new(ChatRole.User, "one\ntwo")], cancellationToken: TestContext.Current.CancellationToken);
        await classifier.ClassifyAsync([new(ChatRole.User, "one\ntwo")], cancellationToken: TestContext.Current.CancellationToken);

        var lines = judge.Asked[0][1].Text.ReplaceLineEndings("\n").Split('\n');
        Assert.Equal(["user: one", "two"], lines[2..4]);
        Assert.Equal((lines[1], 16), (lines[4], lines[1].Length));
        Assert.NotEqual(judge.Asked[0][1].Text, judge.Asked[1][1].Text);
        Assert.Equal(0, judge.Options!.Temperature);
    }

    [Fact]
    public async Task What_came_of_each_is_counted()
    {
        const string policy = "counted";
        using var counted = new MetricCollector<long>(null, SafeSwitchTelemetry.MeterName, "safeswitch.escalations");
        var answers = new Queue<string>(["HARMFUL", "HARMLESS", "?"]);
        var classifier = new JudgedClassifier(new Probe(0.5f) { Name = policy }, new FakeChatClient((_, _) => Task.FromResult(answers.Dequeue())), new() { Budget = 3 });

        foreach (var text in (string[])["a", "b", "c", "a", "d"])
            await classifier.ClassifyAsync([new(ChatRole.User, text)], cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(
            ["harmful", "harmless", "failed", "cached", "over_budget"],
            counted.GetMeasurementSnapshot().Where(m => Equals(m.Tags["safeswitch.policy"], policy)).Select(m => m.Tags["safeswitch.escalation"]));
    }

    [Fact]
    public void Options_out_of_range_are_told_all_at_once()
    {
        var e = Assert.Throws<SettingsException>(() => new JudgedClassifier(new Probe(0), new FakeChatClient(""), new()
        {
            From = double.NaN, To = 2, Timeout = TimeSpan.Zero, Budget = 0, BudgetPeriod = TimeSpan.FromDays(2), CacheSize = -1, Instructions = " ",
        }));

        Assert.Equal(["Budget", "BudgetPeriod", "CacheSize", "From", "Instructions", "Timeout", "To"], e.Problems.Select(p => p.Setting).Order());
    }

    private sealed class Probe(float? score) : ISafetyClassifier
    {
        public SafetyPolicy Policy { get; init; } = new();

        public string Name { get; init; } = "p";

        public float? Mark { get; init; }

        public string? Guard { get; init; }

        public IReadOnlyList<GuardScore>? Scores { get; init; }

        public Task<SafetyClassification> ClassifyAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => Task.FromResult(new SafetyClassification(
            new SafetyVerdict { Stage = MonitorStage.Prompt, Action = score >= 0.5f ? VerdictAction.Intervene : VerdictAction.Continue, PromptScore = score, OutOfDistribution = Mark, Guard = Guard, Scores = Scores, Reason = "probe" }, Policy, Name));
    }
}
