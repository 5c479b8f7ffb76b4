using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SafeSwitch.Auditing;
using SafeSwitch.Chat;
using SafeSwitch.Classifying;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Classifying;

public sealed class PromptGuardChatClientTests
{
    public static TheoryData<GuardTiming, bool> Ways => new()
    {
        { GuardTiming.Before, false }, { GuardTiming.Before, true }, { GuardTiming.Beside, false }, { GuardTiming.Beside, true },
    };

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_is_not_harmful_is_the_other_clients_to_answer(GuardTiming timing, bool isStreaming)
    {
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue));
        var inner = new FakeChatClient("of course I can");

        var response = await AskAsync(Pipeline(inner, guard, timing), isStreaming, new ChatOptions { Seed = 4 });

        Assert.Equal("of course I can", response.Text.TrimEnd());
        Assert.Equal((VerdictAction.Continue, 0.25f), (response.GetSafetyVerdict()!.Action, response.GetSafetyVerdict()!.PromptScore));
        Assert.Equal(4, inner.Options!.Seed);
        Assert.Single(inner.Asked);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_is_harmful_is_answered_by_the_policys_refusal(GuardTiming timing, bool isStreaming)
    {
        var (begun, ended) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource());
        // Beside each other the two begin in either order: the verdict waits, so that there is something to let go of.
        await using var guard = Toy.Guard(new ToyModel(), new ScriptedMonitor(async (context, token) =>
        {
            if (timing == GuardTiming.Beside)
                await begun.Task.WaitAsync(token);
            return ScriptedMonitor.Verdict(context, VerdictAction.Intervene);
        }));
        var inner = new FakeChatClient(async (_, token) =>
        {
            using var end = token.Register(ended.SetResult);
            begun.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return "never";
        });

        var response = await AskAsync(Pipeline(inner, guard, timing), isStreaming, new ChatOptions().WithSafetyPolicy(new SafetyPolicy { FixedRefusal = "No." }));

        Assert.Equal(("No.", ChatFinishReason.ContentFilter), (response.Text, response.FinishReason));
        Assert.Equal(VerdictAction.Intervene, response.GetSafetyVerdict()!.Action);
        Assert.Equal(timing == GuardTiming.Before ? 0 : 1, inner.Asked.Count);
        if (timing == GuardTiming.Beside)
            await ended.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData(Intervention.ObserveOnly, "an answer", false)]
    [InlineData(Intervention.Stop, "", true)]
    [InlineData(Intervention.RefusalAdapter, "I'm sorry, but I can't help with that.", true)]
    public async Task The_policy_says_what_is_done_and_the_audit_what_was(Intervention intervention, string text, bool isFiltered)
    {
        var audit = new ListedAudit();
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Intervene), audit);

        var response = await AskAsync(Pipeline(new FakeChatClient("an answer"), guard), false, new ChatOptions().WithSafetyPolicy(new SafetyPolicy { Intervention = intervention }));

        Assert.Equal((text, isFiltered), (response.Text, response.FinishReason == ChatFinishReason.ContentFilter));
        Assert.Equal(VerdictAction.Intervene, response.GetSafetyVerdict()!.Action);
        var record = Assert.Single(audit.Records);
        Assert.Equal((VerdictAction.Intervene, isFiltered), (record.Action, record.Intervened));
    }

    [Fact]
    public async Task A_policy_of_two_stages_decides_by_the_prompt_alone_and_nothing_is_generated()
    {
        var model = new ToyModel { EndOdds = 0 };
        var monitor = ScriptedMonitor.Saying(VerdictAction.Pilot);
        await using var guard = Toy.Guard(model, monitor);

        var found = await new ModelClassifier(guard).ClassifyAsync([new(ChatRole.User, "hello")]);

        Assert.Equal((VerdictAction.Intervene, GuardStages.Prompt), (found.Verdict.Action, found.Policy.Stages));
        Assert.Equal(MonitorStage.Prompt, Assert.Single(monitor.Seen).Stage);
        Assert.Equal(0, model.OpenSessions);
    }

    [Fact]
    public async Task Many_conversations_have_their_verdicts_in_their_order()
    {
        await using var guard = Toy.Guard(new ToyModel(), new ScriptedMonitor((c, _) =>
            new(ScriptedMonitor.Verdict(c, VerdictAction.Continue) with { PromptScore = c.PromptTokens / 100f })));
        ISafetyClassifier classifier = new ModelClassifier(guard);

        var found = await classifier.ClassifyAllAsync([.. Enumerable.Range(1, 30).Select(n => new ChatMessage[] { new(ChatRole.User, new string('x', n)) })], cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(1, 30).Select(n => (n + 2) / 100f), found.Select(f => f.Verdict.PromptScore!.Value));
    }

    public static TheoryData<string> Unreadable => ["picture", "too long", "monitor", "model"];

    [Theory]
    [MemberData(nameof(Unreadable))]
    public async Task What_can_t_be_looked_at_counts_as_the_policy_says(string what)
    {
        var model = new ToyModel { BeforeRun = _ => { if (what == "model") throw new SafeSwitchException("broken"); } };
        await using var guard = Toy.Guard(model, new ScriptedMonitor((c, _) => what == "monitor" ? throw new InvalidOperationException() : new(ScriptedMonitor.Verdict(c, VerdictAction.Continue))));
        ChatMessage[] messages = what switch
        {
            "picture" => [new(ChatRole.User, [new TextContent("what is this?"), new DataContent(new byte[] { 1 }, "image/png")])],
            "too long" => [new(ChatRole.User, new string('x', 100))],
            _ => [new(ChatRole.User, "hello")],
        };
        var inner = new FakeChatClient("an answer");

        var closed = await Pipeline(inner, guard).GetResponseAsync(messages, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Empty(inner.Asked);
        var open = await Pipeline(inner, guard).GetResponseAsync(
            messages, new ChatOptions().WithSafetyPolicy(new SafetyPolicy { FailureMode = FailureMode.Open }), TestContext.Current.CancellationToken);

        Assert.Equal(ChatFinishReason.ContentFilter, closed.FinishReason);
        Assert.Equal("an answer", open.Text);
        Assert.All([closed, open], r => Assert.True(r.GetSafetyVerdict()!.IsError));
    }

    [Fact]
    public async Task Instructions_and_results_of_tools_are_part_of_it_and_our_settings_are_not_passed_on()
    {
        var monitor = ScriptedMonitor.Saying(VerdictAction.Continue);
        await using var guard = Toy.Guard(new ToyModel(), monitor);
        var inner = new FakeChatClient("ok");
        var options = new ChatOptions { Instructions = "Be kind.", ConversationId = "c", AdditionalProperties = new() { ["theirs"] = 1 } }.WithSafetyPolicy(new SafetyPolicy());

        await Pipeline(inner, guard).GetResponseAsync([new(ChatRole.Tool, [new FunctionResultContent("1", "rain")])], options, TestContext.Current.CancellationToken);

        Assert.Equal("Be kind.".Length + "rain".Length + 3, monitor.Seen[0].Tokens.Length);
        Assert.Equal(["theirs"], inner.Options!.AdditionalProperties!.Keys);
        Assert.Equal(2, options.AdditionalProperties!.Count);
        Assert.Equal("c", inner.Options.ConversationId);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_client_that_throws_throws_and_one_that_nobody_waits_for_does_not(GuardTiming timing, bool isStreaming)
    {
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue));
        await using var refusing = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Intervene));
        var inner = new FakeChatClient((_, _) => throw new InvalidOperationException("theirs"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => AskAsync(Pipeline(inner, guard, timing), isStreaming));
        Assert.Equal(ChatFinishReason.ContentFilter, (await AskAsync(Pipeline(inner, refusing, timing), isStreaming)).FinishReason);
    }

    [Fact]
    public async Task An_unknown_policy_is_told_and_the_client_is_not_asked()
    {
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue));
        var inner = new FakeChatClient("ok");

        await Assert.ThrowsAsync<ArgumentException>(() => AskAsync(Pipeline(inner, guard), false, new ChatOptions().WithSafetyPolicy("nosuch")));
        await Assert.ThrowsAsync<ArgumentException>(() => Pipeline(inner, guard).GetResponseAsync([], cancellationToken: TestContext.Current.CancellationToken));
        Assert.Empty(inner.Asked);
    }

    [Fact]
    public async Task A_host_guards_another_client_by_the_models_name()
    {
        using var bundle = Toy.WriteOpenableBundle();
        using var root = new TemporaryFolder();
        var inner = new FakeChatClient("an answer");
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = root.Path });
        builder.Services.AddSafeSwitch("guard", o => o.BundlePath = bundle.Path)
            .UseBackend(_ => new ToyBackend(new ToyModel { EndOdds = 0 })).UseMonitor(_ => ScriptedMonitor.Saying(VerdictAction.Continue, VerdictAction.Intervene)).UseAuditFile();
        builder.Services.AddChatClient(inner).UseSafeSwitch("guard");
        using var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);

        var response = await host.Services.GetRequiredService<IChatClient>().GetResponseAsync("hello", cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(ChatFinishReason.ContentFilter, response.FinishReason);
        Assert.Empty(inner.Asked);
        var record = Assert.Single(AuditFile.Read(root.File("audit.jsonl")));
        Assert.Equal(("guard", true, VerdictAction.Intervene), (record.Client, record.Intervened, record.Action));
    }

    [Theory]
    [InlineData(Intervention.ObserveOnly, Intervention.FixedRefusal, "No advice.", true)]
    [InlineData(Intervention.RefusalAdapter, Intervention.Stop, "", true)]
    [InlineData(Intervention.FixedRefusal, Intervention.ObserveOnly, "an answer", false)]
    public async Task What_a_guard_of_the_policy_found_is_answered_as_that_guard_says(Intervention ofPolicy, Intervention ofGuard, string text, bool isFiltered)
    {
        var policy = new SafetyPolicy { Intervention = ofPolicy, Guards = new Dictionary<string, PolicyGuard> { ["advice"] = new() { Intervention = ofGuard, FixedRefusal = "No advice." } } };
        var verdict = new SafetyVerdict { Stage = MonitorStage.Prompt, Action = VerdictAction.Intervene, Guard = "advice", Reason = "advice" };
        var classifier = new FixedClassifier(new SafetyClassification(verdict, policy, "mine"));

        foreach (var isStreaming in (bool[])[false, true])
        {
            var response = await AskAsync(new FakeChatClient("an answer").AsBuilder().UseSafeSwitch(classifier).Build(), isStreaming);

            Assert.Equal((text, isFiltered), (response.Text.TrimEnd(), response.FinishReason == ChatFinishReason.ContentFilter));
        }
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_refusal_waits_for_no_client_that_blocks_or_never_ends(bool isStreaming, bool blocks)
    {
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Intervene));
        using var never = new ManualResetEventSlim();
        var end = new TaskCompletionSource<string>();
        var inner = new FakeChatClient((_, _) =>
        {
            if (blocks)
                never.Wait(CancellationToken.None);
            return end.Task;
        });

        var response = await AskAsync(Pipeline(inner, guard, GuardTiming.Beside), isStreaming);

        Assert.Equal(ChatFinishReason.ContentFilter, response.FinishReason);
        never.Set();
        end.SetResult("too late");
    }

    [Fact]
    public async Task A_stream_that_nobody_waits_for_is_let_go_of_when_it_notices()
    {
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Intervene));
        var inner = new StreamingClient(new ChatResponseUpdate(ChatRole.Assistant, "secret"));

        var response = await AskAsync(Pipeline(inner, guard, GuardTiming.Beside), isStreaming: true);

        Assert.DoesNotContain("secret", response.Text, StringComparison.Ordinal);
        await inner.LetGo.Task.WaitAsync(TestContext.Current.CancellationToken);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task An_object_that_a_client_gives_to_everybody_says_nothing_of_anybodys_request(GuardTiming timing, bool isStreaming)
    {
        var score = 0.1f;
        await using var guard = Toy.Guard(new ToyModel(), new ScriptedMonitor((c, _) => new(ScriptedMonitor.Verdict(c, VerdictAction.Continue) with { PromptScore = score })));
        var inner = new StreamingClient(new ChatResponseUpdate(ChatRole.Assistant, "ok") { MessageId = "m" });

        var first = await AskAsync(Pipeline(inner, guard, timing), isStreaming);
        score = 0.2f;
        var second = await AskAsync(Pipeline(inner, guard, timing), isStreaming);

        Assert.Equal((0.1f, 0.2f), (first.GetSafetyVerdict()!.PromptScore, second.GetSafetyVerdict()!.PromptScore));
        Assert.Equal((0.1f, 0.2f), (first.Messages[^1].GetSafetyVerdict()!.PromptScore, second.Messages[^1].GetSafetyVerdict()!.PromptScore));
        Assert.Null(inner.Whole.AdditionalProperties);
        Assert.Null(inner.Update.AdditionalProperties);
    }

    [Fact]
    public async Task Everything_that_another_client_says_of_its_response_is_passed_on()
    {
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue));
        var inner = new StreamingClient(new ChatResponseUpdate(ChatRole.Assistant, "ok"));
        foreach (var property in typeof(ChatResponse).GetProperties().Where(p => p.CanWrite && p.Name != nameof(ChatResponse.Messages)))
            property.SetValue(inner.Whole, Some(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType));

        var response = await AskAsync(Pipeline(inner, guard), isStreaming: false);

        foreach (var property in typeof(ChatResponse).GetProperties().Where(p => p.CanWrite && p.Name is not (nameof(ChatResponse.Messages) or nameof(ChatResponse.AdditionalProperties))))
            Assert.Equal(property.GetValue(inner.Whole), property.GetValue(response));
        Assert.Equal(["theirs", SafeSwitchChat.VerdictKey], response.AdditionalProperties!.Keys.Order(StringComparer.Ordinal).Reverse());

        static object Some(Type type) => type == typeof(string) ? "s"
            : type == typeof(ChatFinishReason) ? ChatFinishReason.Length
            : type == typeof(DateTimeOffset) ? DateTimeOffset.UnixEpoch
            : type == typeof(AdditionalPropertiesDictionary) ? new AdditionalPropertiesDictionary { ["theirs"] = 1 }
            : type == typeof(ResponseContinuationToken) ? ResponseContinuationToken.FromBytes(new byte[] { 1 })
            : Activator.CreateInstance(type)!;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_that_gives_nothing_is_told_apart_from_one_that_gives_null(bool isStreaming)
    {
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue));

        var empty = await AskAsync(Pipeline(new StreamingClient { Whole = new ChatResponse() }, guard), isStreaming);

        Assert.Equal(("", VerdictAction.Continue), (empty.Text, empty.GetSafetyVerdict()!.Action));
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => AskAsync(Pipeline(new StreamingClient((ChatResponseUpdate)null!) { Whole = null! }, guard), isStreaming));
        Assert.Contains("gave null", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_can_not_even_be_read_is_on_record_too()
    {
        var audit = new ListedAudit();
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue), audit);

        await new ModelClassifier(guard).ClassifyAsync([new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")])], cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(typeof(NotSupportedException).FullName, Assert.Single(audit.Records).Error);
    }

    private static IChatClient Pipeline(IChatClient inner, GuardedModel guard, GuardTiming timing = GuardTiming.Before) =>
        inner.AsBuilder().UseSafeSwitch(new ModelClassifier(guard), timing).Build();

    private static Task<ChatResponse> AskAsync(IChatClient client, bool isStreaming, ChatOptions? options = null) => isStreaming
        ? client.GetStreamingResponseAsync("hello", options, TestContext.Current.CancellationToken).ToChatResponseAsync(TestContext.Current.CancellationToken)
        : client.GetResponseAsync("hello", options, TestContext.Current.CancellationToken);

    private sealed class FixedClassifier(SafetyClassification found) : ISafetyClassifier
    {
        public Task<SafetyClassification> ClassifyAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(found);
    }

    private sealed class ListedAudit : IAuditSink
    {
        public List<AuditRecord> Records { get; } = [];

        public ReadOnlyMemory<byte> Salt => default;

        public void Write(AuditRecord record) => Records.Add(record);
    }

    /// <summary>Gives everybody the same objects.</summary>
    private sealed class StreamingClient(params ChatResponseUpdate[] updates) : IChatClient
    {
        public ChatResponseUpdate Update => updates[0];

        public ChatResponse Whole { get; init; } = new(new ChatMessage(ChatRole.Assistant, "ok"));

        public TaskCompletionSource LetGo { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(Whole);

        public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
            IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            try
            {
                foreach (var update in updates)
                    yield return update;
                await Task.CompletedTask;
            }
            finally
            {
                LetGo.TrySetResult();
            }
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
