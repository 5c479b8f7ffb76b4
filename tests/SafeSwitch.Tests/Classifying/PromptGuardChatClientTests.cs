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
        var ended = new TaskCompletionSource();
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Intervene));
        var inner = new FakeChatClient(async (_, token) =>
        {
            using var end = token.Register(ended.SetResult);
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
    public async Task The_policy_says_what_is_done(Intervention intervention, string text, bool isFiltered)
    {
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Intervene));

        var response = await AskAsync(Pipeline(new FakeChatClient("an answer"), guard), false, new ChatOptions().WithSafetyPolicy(new SafetyPolicy { Intervention = intervention }));

        Assert.Equal((text, isFiltered), (response.Text, response.FinishReason == ChatFinishReason.ContentFilter));
        Assert.Equal(VerdictAction.Intervene, response.GetSafetyVerdict()!.Action);
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

    private static IChatClient Pipeline(IChatClient inner, GuardedModel guard, GuardTiming timing = GuardTiming.Before) =>
        inner.AsBuilder().UseSafeSwitch(new ModelClassifier(guard), timing).Build();

    private static Task<ChatResponse> AskAsync(IChatClient client, bool isStreaming, ChatOptions? options = null) => isStreaming
        ? client.GetStreamingResponseAsync("hello", options, TestContext.Current.CancellationToken).ToChatResponseAsync(TestContext.Current.CancellationToken)
        : client.GetResponseAsync("hello", options, TestContext.Current.CancellationToken);
}
