using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using SafeSwitch.Chat;
using SafeSwitch.Guard;
using SafeSwitch.Guard.Interventions;
using SafeSwitch.Hosting;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Hosting;

public sealed class AddSafeSwitchTests : IDisposable
{
    private readonly TemporaryFolder folder = Toy.WriteOpenableBundle();
    private readonly ToyModel model = new() { EndOdds = 0 };

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_chat_client_answers_through_the_guard()
    {
        await using var provider = Build(s => s.AddSafeSwitch(o => o.BundlePath = folder.Path), VerdictAction.Intervene);

        var response = await provider.GetRequiredService<IChatClient>().GetResponseAsync(
            "hello", new ChatOptions { MaxOutputTokens = 5 }.WithSafetyPolicy(new SafetyPolicy { Intervention = Intervention.FixedRefusal, FixedRefusal = "No." }));

        Assert.Equal("No.", response.Text);
        Assert.Equal(ChatFinishReason.ContentFilter, response.FinishReason);
        Assert.Equal(VerdictAction.Intervene, response.GetSafetyVerdict()!.Action);
        Assert.Equal(7, response.Usage!.InputTokenCount);
    }

    [Fact]
    public async Task Streaming_gives_the_same_answer_as_the_whole_response()
    {
        await using var provider = Build(s => s.AddSafeSwitch(o => o.BundlePath = folder.Path), VerdictAction.Continue);
        var client = provider.GetRequiredService<IChatClient>();
        var options = new ChatOptions { MaxOutputTokens = 9, Temperature = 0.8f, Seed = 3 };

        var whole = await client.GetResponseAsync("hello", options);
        var updates = await client.GetStreamingResponseAsync("hello", options).ToListAsync();

        Assert.Equal(whole.Text, updates.ToChatResponse().Text);
        Assert.True(updates.Count > 9);
        Assert.Equal(ChatFinishReason.Length, whole.FinishReason);
        Assert.Same(provider.GetRequiredService<GuardedModel>(), client.GetService<GuardedModel>());
        Assert.Equal("toy", client.GetService<ChatClientMetadata>()!.DefaultModelId);
    }

    [Fact]
    public async Task What_the_model_cannot_do_is_refused_by_name()
    {
        await using var provider = Build(s => s.AddSafeSwitch(o => o.BundlePath = folder.Path), VerdictAction.Continue);
        var client = provider.GetRequiredService<IChatClient>();

        var tools = new ChatOptions { Tools = [new HostedWebSearchTool()] };
        Assert.Contains("Tools", Assert.Throws<NotSupportedException>(() => client.GetStreamingResponseAsync("x", tools)).Message, StringComparison.Ordinal);
        var conversation = new ChatOptions { ConversationId = "c" };
        Assert.Contains("ConversationId", Assert.Throws<NotSupportedException>(() => client.GetStreamingResponseAsync("x", conversation)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_intervention_of_the_hosts_is_chosen_by_a_policy()
    {
        await using var provider = Build(
            s => s.AddSafeSwitch(o => o.BundlePath = folder.Path)
                .AddIntervention("hotline", _ => new Hotline())
                .ConfigurePolicy("balanced", p => p.CustomIntervention = "hotline"),
            VerdictAction.Intervene);

        var response = await provider.GetRequiredService<IChatClient>().GetResponseAsync("hello");

        Assert.Equal("Call us.", response.Text);
    }

    [Fact]
    public async Task Several_guarded_models_live_in_one_host_by_name()
    {
        var services = new ServiceCollection();
        foreach (var name in new[] { "a", "b" })
        {
            services.AddSafeSwitch(name, o => o.BundlePath = folder.Path)
                .ConfigurePolicy("balanced", p => p.PilotTokens = name == "a" ? 4 : 6)
                .UseBackend(_ => new ToyBackend(new ToyModel()))
                .UseMonitor(_ => ScriptedMonitor.Saying(VerdictAction.Continue));
        }

        await using var provider = services.BuildServiceProvider();

        Assert.NotSame(provider.GetRequiredKeyedService<GuardedModel>("a"), provider.GetRequiredKeyedService<GuardedModel>("b"));
        Assert.NotNull(provider.GetRequiredKeyedService<IChatClient>("b"));
        Assert.Null(provider.GetService<IChatClient>());
        Assert.Equal((4, 6), (PilotTokens("a"), PilotTokens("b")));
        Assert.Throws<InvalidOperationException>(() => services.AddSafeSwitch("a", _ => { }));

        int PilotTokens(string name) => provider.GetRequiredKeyedService<GuardedModel>(name).Policies.Get("balanced").PilotTokens;
    }

    [Fact]
    public async Task Several_clients_share_one_loaded_model_under_policies_of_their_own()
    {
        var backend = new ToyBackend(model);
        var services = new ServiceCollection();
        services.AddSafeSwitch(o => o.BundlePath = folder.Path).UseBackend(_ => backend).UseMonitor(_ => ScriptedMonitor.Saying(VerdictAction.Intervene));
        services.AddSafeSwitch("children", o => o.DefaultPolicy = "strict").UseModelOf("")
            .ConfigurePolicy("strict", p => (p.Intervention, p.FixedRefusal) = (Intervention.FixedRefusal, "No."))
            .UseMonitor(_ => ScriptedMonitor.Saying(VerdictAction.Intervene));

        await using (var provider = services.BuildServiceProvider())
        {
            Assert.Equal("No.", (await provider.GetRequiredKeyedService<IChatClient>("children").GetResponseAsync("hello")).Text);
            Assert.NotEqual("No.", (await provider.GetRequiredService<IChatClient>().GetResponseAsync("hello", new ChatOptions { MaxOutputTokens = 5 })).Text);
            Assert.Equal(1, backend.Loads);
            Assert.NotSame(provider.GetRequiredService<GuardedModel>(), provider.GetRequiredKeyedService<GuardedModel>("children"));
        }

        Assert.Equal(1, model.Disposals);
        Assert.Throws<InvalidOperationException>(() => services.AddSafeSwitch("x", _ => { }).UseModelOf("").UseBackend(_ => backend));
    }

    [Fact]
    public void A_chat_client_that_is_there_by_now_is_neither_replaced_nor_lost_to()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IChatClient>(new SilentClient());
        Assert.Contains("IChatClient", Assert.Throws<InvalidOperationException>(() => services.AddSafeSwitch(_ => { })).Message, StringComparison.Ordinal);

        services.AddKeyedSingleton<IChatClient>("taken", new SilentClient());
        Assert.Contains("'taken'", Assert.Throws<InvalidOperationException>(() => services.AddSafeSwitch("taken", _ => { })).Message, StringComparison.Ordinal);

        services.AddSafeSwitch("guarded", o => o.BundlePath = folder.Path);
        Assert.IsType<SilentClient>(services.BuildServiceProvider().GetService<IChatClient>());
    }

    [Fact]
    public async Task Middleware_stands_before_the_guarded_client()
    {
        await using var provider = Build(
            s => s.AddSafeSwitch(o => o.BundlePath = folder.Path)
                .ConfigureChatClient(c => c.ConfigureOptions(o => o.MaxOutputTokens = 1))
                .ConfigureChatClient((_, client) => new Middleware(client)),
            VerdictAction.Continue);

        Assert.IsType<Middleware>(provider.GetRequiredService<IChatClient>());
        Assert.Equal(1, (await provider.GetRequiredService<IChatClient>().GetResponseAsync("x")).Usage!.OutputTokenCount);
        Assert.NotNull(provider.GetRequiredService<IChatClient>().GetService<SafeSwitchChatClient>());
    }

    [Fact]
    public void Mistakes_are_told_when_the_model_is_first_asked_for()
    {
        Refused(new ServiceCollection().AddSafeSwitch(o => o.BundlePath = folder.Path), "backend", "UseOnnxRuntime");
        Refused(new ServiceCollection().AddSafeSwitch(_ => { }).UseBackend(_ => new ToyBackend(model)), "BundlePath", "safeswitch.json");
        Refused(Toyish().ConfigurePolicy("strict", p => p.PromptThreshold = 2), "Policies:strict:PromptThreshold", "[0, 1]");
        Refused(new ServiceCollection().AddSafeSwitch(o => (o.BundlePath, o.DefaultPolicy) = (folder.Path, "strct")).UseBackend(_ => new ToyBackend(model)), "DefaultPolicy", "'strict'");
        Refused(new ServiceCollection().AddSafeSwitch("x", _ => { }).UseModelOf("y"), "model", "'y'");

        SafeSwitchBuilder Toyish() => new ServiceCollection().AddSafeSwitch(o => o.BundlePath = folder.Path).UseBackend(_ => new ToyBackend(model));

        void Refused(SafeSwitchBuilder builder, string setting, string text)
        {
            using var provider = builder.Services.BuildServiceProvider();
            var error = Assert.Throws<SettingsException>(() => provider.GetRequiredKeyedService<GuardedModel>(builder.Name));
            Assert.Contains(setting, Assert.Single(error.Problems).Setting, StringComparison.Ordinal);
            Assert.Contains(text, error.Message, StringComparison.Ordinal);
        }
    }

    private ServiceProvider Build(Func<IServiceCollection, SafeSwitchBuilder> add, VerdictAction action) =>
        Build(add, ScriptedMonitor.Saying(action));

    private ServiceProvider Build(Func<IServiceCollection, SafeSwitchBuilder> add, ISafetyMonitor monitor)
    {
        var services = new ServiceCollection();
        add(services).UseBackend(_ => new ToyBackend(model)).UseMonitor(_ => monitor);
        return services.BuildServiceProvider();
    }

    private sealed class SilentClient : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new ChatResponse());

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            AsyncEnumerable.Empty<ChatResponseUpdate>();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }

    private sealed class Hotline : IIntervention
    {
        public ValueTask<InterventionPlan> PlanAsync(InterventionContext context, CancellationToken cancellationToken) =>
            new(InterventionPlan.Say("Call us."));
    }

    private sealed class Middleware(IChatClient inner) : DelegatingChatClient(inner);
}
