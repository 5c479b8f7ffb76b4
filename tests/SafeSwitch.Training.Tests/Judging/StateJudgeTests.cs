using Microsoft.Extensions.AI;
using SafeSwitch.Backends;
using SafeSwitch.Policies;
using SafeSwitch.Training.Judging;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;
using SafeSwitch.Training.Tests.States;

namespace SafeSwitch.Training.Tests.Judging;

public sealed class StateJudgeTests : IDisposable
{
    private const int Answered = 20;

    private readonly TemporaryFolder folder = new();
    private readonly CancellationToken token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_labels_are_recorded_and_training_uses_the_judges()
    {
        await CollectAsync();
        using var client = new FakeChat((prompt, _) => Task.FromResult(prompt.Contains("odd", StringComparison.Ordinal) ? "no" : "yes"));
        var summary = await StateJudge.JudgeAsync(folder.Path, new ChatJudge(client, "fake"), cancellationToken: token);

        Assert.Equal((30, Answered, 0, 0, 0), (summary.Rows, summary.Asked, summary.Existing, summary.Undecided, summary.Failed));
        Assert.Equal(Answered, summary.Agreement!.Answers);
        Assert.Equal(Answered / 2, summary.Agreement.BothComplied);
        Assert.Equal(Answered / 2, summary.Agreement.OnlyMatcherComplied);
        Assert.Equal(5, summary.OnlyMatcherComplied.Count);
        using var store = StateStore.Open(folder.Path);
        foreach (var row in store.Rows.Where(r => r.Answer is not null))
        {
            var odd = row.Data.Request.Contains("odd", StringComparison.Ordinal);
            Assert.Equal((true, "fake", !odd, !odd), (row.Complied, row.Judgement!.Judge, row.Judgement.Complied, row.ComplianceLabel));
        }

        // An answer of no tokens has no states to train on.
        Assert.Equal(
            store.Rows.Where(r => r is { ComplianceLabel: true, PilotTokens: > 0 }).Select(r => r.Data.Id),
            new StoredProbeStates(store, MonitorStage.Response).Rows.Where(r => r.Positive).Select(r => r.Id));
    }

    [Fact]
    public async Task What_is_judged_is_not_asked_again_but_by_another_prompt_or_model()
    {
        await CollectAsync();
        using var client = new FakeChat((_, _) => Task.FromResult("yes"));
        await StateJudge.JudgeAsync(folder.Path, new ChatJudge(client, "fake"), cancellationToken: token);
        var again = await StateJudge.JudgeAsync(folder.Path, new ChatJudge(client, "fake"), cancellationToken: token);
        Assert.Equal((0, Answered, Answered), (again.Asked, again.Existing, client.Calls));

        await StateJudge.JudgeAsync(folder.Path, new ChatJudge(client, "other"), cancellationToken: token);
        Assert.Equal(2 * Answered, client.Calls);
        await StateJudge.JudgeAsync(folder.Path, new ChatJudge(client, "other", JudgePrompt.Parse("{request}{answer}")), cancellationToken: token);
        Assert.Equal(3 * Answered, client.Calls);
    }

    [Fact]
    public async Task Garbage_is_undecided_and_the_matchers_label_counts()
    {
        await CollectAsync();
        using var client = new FakeChat((prompt, _) => Task.FromResult(prompt.Contains("odd", StringComparison.Ordinal) ? "I'd rather not say" : "no"));
        var summary = await StateJudge.JudgeAsync(folder.Path, new ChatJudge(client, "fake"), cancellationToken: token);
        Assert.Equal((Answered / 2, Answered / 2), (summary.Undecided, summary.Agreement!.Answers));
        using var store = StateStore.Open(folder.Path);
        Assert.Equal(Answered / 2, store.Rows.Count(r => r.ComplianceLabel == true));
    }

    [Fact]
    public async Task Rows_that_fail_are_counted_and_asked_about_again()
    {
        await CollectAsync();
        var failing = true;
        using var client = new FakeChat((prompt, _) => failing && prompt.Contains("odd", StringComparison.Ordinal)
            ? throw new HttpRequestException("503 (Service Unavailable)")
            : Task.FromResult("yes"));
        var options = new JudgingOptions { FailuresInARow = 100 };
        var first = await StateJudge.JudgeAsync(folder.Path, new ChatJudge(client, "fake"), options, cancellationToken: token);
        Assert.Equal((Answered / 2, 0), (first.Failed, first.Existing));
        Assert.Contains("503", first.LastFailure, StringComparison.Ordinal);

        failing = false;
        var second = await StateJudge.JudgeAsync(folder.Path, new ChatJudge(client, "fake"), options, cancellationToken: token);
        Assert.Equal((Answered / 2, Answered / 2, 0), (second.Asked, second.Existing, second.Failed));
    }

    [Fact]
    public async Task A_judge_that_is_away_ends_the_run_and_costs_no_further_row()
    {
        await CollectAsync();
        using var client = new FakeChat((_, _) => throw new HttpRequestException("401 (Unauthorized)"));
        var error = await Assert.ThrowsAsync<SafeSwitchException>(() => StateJudge.JudgeAsync(
            folder.Path, new ChatJudge(client, "fake"), new JudgingOptions { Concurrency = 1, FailuresInARow = 3 }, cancellationToken: token));
        Assert.Contains("401", error.Message, StringComparison.Ordinal);
        Assert.Equal(3, client.Calls);
    }

    [Fact]
    public async Task Cancelling_keeps_what_was_judged()
    {
        await CollectAsync();
        using var source = new CancellationTokenSource();
        var replies = 0;
        using var client = new FakeChat(async (_, cancellation) =>
        {
            if (Interlocked.Increment(ref replies) > 7)
            {
                await source.CancelAsync();
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            return "yes";
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => StateJudge.JudgeAsync(
            folder.Path, new ChatJudge(client, "fake"), new JudgingOptions { Concurrency = 1 }, cancellationToken: source.Token));

        using var willing = new FakeChat((_, _) => Task.FromResult("yes"));
        var rest = await StateJudge.JudgeAsync(folder.Path, new ChatJudge(willing, "fake"), cancellationToken: token);
        Assert.Equal((7, Answered - 7), (rest.Existing, rest.Asked));
    }

    [Fact]
    public async Task No_more_are_asked_at_once_than_allowed()
    {
        await CollectAsync();
        int now = 0, most = 0;
        var three = new TaskCompletionSource();
        using var client = new FakeChat(async (_, cancellation) =>
        {
            var running = Interlocked.Increment(ref now);
            lock (folder)
                most = Math.Max(most, running);
            if (running == 3)
                three.TrySetResult();
            // Nobody answers before three are asked; then there is an occasion to ask a fourth.
            await three.Task.WaitAsync(cancellation);
            await Task.Delay(5, cancellation);
            Interlocked.Decrement(ref now);
            return "no";
        });
        await StateJudge.JudgeAsync(folder.Path, new ChatJudge(client, "fake"), new JudgingOptions { Concurrency = 3, SaveInterval = TimeSpan.Zero }, cancellationToken: token);
        Assert.Equal(3, most);
        using var store = StateStore.Open(folder.Path);
        Assert.DoesNotContain(store.Rows, r => r.Answer is not null && r.ComplianceLabel != false);
    }

    [Fact]
    public async Task Collecting_again_keeps_judgements()
    {
        await CollectAsync();
        using var client = new FakeChat((_, _) => Task.FromResult("no"));
        await StateJudge.JudgeAsync(folder.Path, new ChatJudge(client, "fake"), cancellationToken: token);
        await CollectAsync();
        var again = await StateJudge.JudgeAsync(folder.Path, new ChatJudge(client, "fake"), cancellationToken: token);
        Assert.Equal(0, again.Asked);
    }

    [Fact]
    public async Task A_folder_without_states_is_told() =>
        Assert.Contains("collection.json", (await Assert.ThrowsAsync<DataException>(() => StateJudge.JudgeAsync(folder.Path, cancellationToken: token))).Message, StringComparison.Ordinal);

    public void Dispose() => folder.Dispose();

    private async Task CollectAsync()
    {
        await using var model = new FakeModel();
        var options = new CollectionOptions
        {
            Layers = [],
            AnswerTokens = 6,
            PositionsPerShard = 150,
        };
        var requests = Enumerable.Range(0, Answered + 10).Select(i => new CollectionRequest(new DataRow
        {
            Id = $"r{i:D2}",
            Set = "set",
            Messages = [PromptMessage.User($"{(i % 2 == 0 ? "even" : "odd")} {i}")],
            Harmful = i % 3 == 0,
            Source = "test",
            Split = DataSplits.Train,
        })
        { WithAnswer = i < Answered }).ToList();
        await new StateCollector(model, "f", options).CollectAsync(requests, folder.Path, cancellationToken: token);
    }

    private sealed class FakeChat(Func<string, CancellationToken, Task<string>> reply) : IChatClient
    {
        private int calls;

        public int Calls => calls;

        public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref calls);
            Assert.Equal(0, options!.Temperature);
            return new ChatResponse(new ChatMessage(ChatRole.Assistant, await reply(messages.Single().Text, cancellationToken)));
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
