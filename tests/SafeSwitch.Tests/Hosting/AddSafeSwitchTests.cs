using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Chat;
using SafeSwitch.Guard;
using SafeSwitch.Guard.Interventions;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Hosting;

public sealed class AddSafeSwitchTests : IDisposable
{
    private readonly TemporaryFolder folder = WriteOpenableBundle();
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
        var json = new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema<int>() };
        Assert.Contains("ResponseFormat", Assert.Throws<NotSupportedException>(() => client.GetStreamingResponseAsync("x", json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Policies_come_from_the_bundle_and_the_host_changes_them_while_running()
    {
        var source = new MemoryPolicies(new()
        {
            ["BundlePath"] = folder.Path,
            ["DefaultPolicy"] = "strict",
            ["Policies:strict:PilotTokens"] = "7",
            ["Policies:night:Intervention"] = "Stop",
        });
        var configuration = new ConfigurationBuilder().Add(source).Build();
        SafetyPolicy? seen = null;
        await using var provider = Build(s => s.AddSafeSwitch(configuration), c => seen = c.Policy);
        var guard = provider.GetRequiredService<GuardedModel>();

        await guard.GenerateAsync(Toy.Request());
        Assert.Equal((0.3, 7, GuardStages.Prompt), (seen!.PromptThreshold, seen.PilotTokens, seen.Stages));

        await guard.GenerateAsync(Toy.Request() with { PolicyName = "night" });
        Assert.Equal((0.7, 3, Intervention.Stop), (seen.PromptThreshold, seen.PilotTokens, seen.Intervention));

        await guard.GenerateAsync(Toy.Request() with { PolicyName = "balanced" });
        Assert.Equal((0.7, 3, Intervention.RefusalAdapter), (seen.PromptThreshold, seen.PilotTokens, seen.Intervention));

        configuration["Policies:strict:PilotTokens"] = "9";
        configuration.Reload();
        await guard.GenerateAsync(Toy.Request());
        Assert.Equal(9, seen.PilotTokens);
        Assert.Throws<ArgumentException>(() => guard.StreamAsync(Toy.Request() with { PolicyName = "absent" }));
    }

    [Fact]
    public async Task A_policy_set_in_code_begins_as_the_bundle_has_it()
    {
        SafetyPolicy? seen = null;
        await using var provider = Build(
            s => s.AddSafeSwitch(o => o.BundlePath = folder.Path).ConfigurePolicy("strict", p => p.WatchEvery = 5), c => seen = c.Policy);

        await provider.GetRequiredService<GuardedModel>().GenerateAsync(Toy.Request() with { PolicyName = "strict" });

        Assert.Equal((0.3, 5), (seen!.PromptThreshold, seen.WatchEvery));
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
        var policies = provider.GetRequiredService<IOptionsMonitor<SafetyPolicy>>();
        Assert.Equal((4, 6), (policies.Get("a/balanced").PilotTokens, policies.Get("b/balanced").PilotTokens));
    }

    [Fact]
    public void Mistakes_are_told_when_the_model_is_first_asked_for()
    {
        using var noBackend = new ServiceCollection().Also(s => s.AddSafeSwitch(o => o.BundlePath = folder.Path)).BuildServiceProvider();
        Assert.Contains("UseOnnxRuntime", Assert.Throws<InvalidOperationException>(() => noBackend.GetRequiredService<GuardedModel>()).Message, StringComparison.Ordinal);

        using var noPath = Build(s => s.AddSafeSwitch(_ => { }), VerdictAction.Continue);
        Assert.Contains("BundlePath", Assert.Throws<OptionsValidationException>(() => noPath.GetRequiredService<GuardedModel>()).Message, StringComparison.Ordinal);

        using var badPolicy = Build(s => s.AddSafeSwitch(o => o.BundlePath = folder.Path).ConfigurePolicy("strict", p => p.PromptThreshold = 2), VerdictAction.Continue);
        Assert.Contains("prompt_threshold", Assert.Throws<OptionsValidationException>(() => badPolicy.GetRequiredService<GuardedModel>()).Message, StringComparison.Ordinal);

        using var badDefault = Build(s => s.AddSafeSwitch(o => (o.BundlePath, o.DefaultPolicy) = (folder.Path, "lax")), VerdictAction.Continue);
        Assert.Contains("'lax'", Assert.Throws<OptionsValidationException>(() => badDefault.GetRequiredService<GuardedModel>()).Message, StringComparison.Ordinal);

        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddSafeSwitch("a/b", _ => { }));
    }

    private ServiceProvider Build(Func<IServiceCollection, SafeSwitch.Hosting.SafeSwitchBuilder> add, VerdictAction action) =>
        Build(add, ScriptedMonitor.Saying(action));

    private ServiceProvider Build(Func<IServiceCollection, SafeSwitch.Hosting.SafeSwitchBuilder> add, Action<MonitorContext> look) =>
        Build(add, new ScriptedMonitor((c, _) =>
        {
            look(c);
            return new(ScriptedMonitor.Verdict(c, VerdictAction.Continue));
        }));

    private ServiceProvider Build(Func<IServiceCollection, SafeSwitch.Hosting.SafeSwitchBuilder> add, ISafetyMonitor monitor)
    {
        var services = new ServiceCollection();
        add(services).UseBackend(_ => new ToyBackend(model)).UseMonitor(_ => monitor);
        return services.BuildServiceProvider();
    }

    private static TemporaryFolder WriteOpenableBundle()
    {
        var folder = new TemporaryFolder();
        foreach (var file in new[] { "model.onnx", "prompt.onnx", "response.onnx", "refusal.onnx_adapter" })
            File.WriteAllText(folder.File(file), "x");
        var sha = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("x"u8));
        Bundle.Write(folder.Path, Toy.Manifest with
        {
            Decoder = Toy.Manifest.Decoder with { Files = [FileFingerprint.Compute(folder.Path, "model.onnx")] },
            Probes = [.. Toy.Manifest.Probes.Select(p => p with { Sha256 = sha })],
            Adapters = [.. Toy.Manifest.Adapters.Select(a => a with { Sha256 = sha })],
        });
        return folder;
    }

    private sealed class Hotline : IIntervention
    {
        public ValueTask<InterventionPlan> PlanAsync(InterventionContext context, CancellationToken cancellationToken) =>
            new(InterventionPlan.Say("Call us."));
    }

    private sealed class ToyBackend(ToyModel model) : IBackend
    {
        public string Name => "toy";

        public LoadedBundle Load(Bundle bundle) => new(bundle, model, []);
    }

    private sealed class MemoryPolicies(Dictionary<string, string?> data) : IConfigurationSource
    {
        public IConfigurationProvider Build(IConfigurationBuilder builder) => new Provider(data);

        private sealed class Provider : ConfigurationProvider
        {
            public Provider(Dictionary<string, string?> data) => Data = data;
        }
    }
}

internal static class Fluent
{
    public static IServiceCollection Also(this ServiceCollection services, Action<IServiceCollection> act)
    {
        act(services);
        return services;
    }
}
