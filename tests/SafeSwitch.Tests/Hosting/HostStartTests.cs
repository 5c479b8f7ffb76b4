using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.Hosting;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Hosting;

public sealed class HostStartTests : IDisposable
{
    private readonly TemporaryFolder root = new();
    private readonly TemporaryFolder folder = Toy.WriteOpenableBundle();
    private readonly ToyModel model = new() { EndOdds = 0 };

    public void Dispose()
    {
        root.Dispose();
        folder.Dispose();
    }

    [Fact]
    public async Task A_host_that_has_started_has_answered_and_looked()
    {
        var monitor = ScriptedMonitor.Saying(VerdictAction.Continue);
        using var host = Build(s => Toyish(s, monitor));

        await host.StartAsync();

        Assert.Equal((1, 0), (model.Opened, model.OpenSessions));
        Assert.Equal(MonitorStage.Prompt, Assert.Single(monitor.Seen).Stage);
        Assert.Equal(HealthStatus.Healthy, (await Health(host)).Status);
        Assert.Equal(1, model.Opened);
    }

    [Fact]
    public async Task Nothing_else_starts_before_the_model_is_there()
    {
        var listener = new Listener(model);
        using var host = Build(s =>
        {
            s.AddSingleton<IHostedService>(listener);
            Toyish(s);
        });

        await host.StartAsync();

        Assert.Equal(1, listener.OpenedBefore);
    }

    [Theory]
    [InlineData(ModelStart.Load, 1)]
    [InlineData(ModelStart.OnFirstUse, 0)]
    public async Task The_host_chooses_how_much_is_done_at_the_start(ModelStart start, int loads)
    {
        var backend = new ToyBackend(model);
        using var host = Build(s => s.AddSafeSwitch(o => (o.BundlePath, o.Start) = (folder.Path, start)).UseBackend(_ => backend)
            .UseMonitor(_ => ScriptedMonitor.Saying(VerdictAction.Continue)));

        await host.StartAsync();

        Assert.Equal((loads, 0), (backend.Loads, model.Opened));
        Assert.Equal(HealthStatus.Healthy, (await Health(host)).Status);
        Assert.Equal((1, 1), (backend.Loads, model.Opened));
    }

    [Fact]
    public async Task Everything_that_is_wrong_with_every_model_is_told_at_the_start_in_one_list()
    {
        File.WriteAllText(folder.File("tokenizer.json"), "other");
        using var host = Build(s =>
        {
            Toyish(s).ConfigurePolicy("strict", p => p.PilotTokens = 0);
            s.AddSafeSwitch("b", o => o.BundlePath = "nowhere").UseBackend(_ => new ToyBackend(model));
            s.AddSafeSwitch("c", o => o.BundlePath = folder.Path);
        });

        var error = await Assert.ThrowsAsync<SettingsException>(() => host.StartAsync());

        Assert.Contains("tokenizer.json sha256", error.Message, StringComparison.Ordinal);
        Assert.Contains(Path.Combine(root.Path, "nowhere"), error.Message, StringComparison.Ordinal);
        Assert.Contains("'c': backend", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, model.Opened);
    }

    [Theory]
    [InlineData("", "WarmUp")]
    [InlineData("\"BundlePath\": \"nowhere\",", "WarmUp")]
    [InlineData("", "OnFirstUse")]
    [InlineData("\"BundlePath\": \"nowhere\",", "Nope")]
    public async Task What_can_not_be_read_hides_nothing_else(string path, string start)
    {
        var settings = new ToyConfiguration($$"""
            { "SafeSwitch": { {{path}} "Start": "{{start}}", "MaxConcurrentRequests": 0, "MaxWait": "soon",
              "Policies": { "balanced": { "PromptTreshold": 0.3, "PilotTokens": 0 }, "mine": { "WatchEvery": "often" } } } }
            """);
        using var host = Build(s => s.AddSafeSwitch(settings.SafeSwitch).UseBackend(_ => new ToyBackend(model)));

        var error = await Assert.ThrowsAsync<SettingsException>(() => host.StartAsync());

        string[] expected = ["MaxConcurrentRequests", "MaxWait", "Policies:balanced:PilotTokens", "Policies:balanced:PromptTreshold", "Policies:mine:WatchEvery"];
        Assert.Equal(expected, error.Problems.Select(p => p.Setting.Replace("SafeSwitch:", "", StringComparison.Ordinal)).Where(expected.Contains).Order());
        Assert.Equal(start == "Nope", error.Problems.Any(p => p.Setting == "SafeSwitch:Start"));
        Assert.Equal(path.Length > 0, error.Problems.Any(p => p.Setting.Contains("nowhere", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_guard_that_the_bundle_has_no_probe_for_is_told_by_the_hosts_setting()
    {
        var settings = new ToyConfiguration($$$"""{ "SafeSwitch": { "BundlePath": "{{{folder.Path.Replace("\\", "/", StringComparison.Ordinal)}}}", "Policies": { "balanced": { "Guards": { "advice": { "Probe": "nosuch" } } } } } }""");
        using var host = Build(s => s.AddSafeSwitch(settings.SafeSwitch).UseBackend(_ => new ToyBackend(model)));

        var error = await Assert.ThrowsAsync<SettingsException>(() => host.StartAsync());

        Assert.Contains(error.Problems, p => p.Setting == "SafeSwitch:Policies:balanced:Guards:advice:Probe");
    }

    [Fact]
    public async Task A_model_that_can_not_be_loaded_or_looked_at_keeps_the_host_from_starting()
    {
        using var unloadable = Build(s => s.AddSafeSwitch(o => o.BundlePath = folder.Path).UseBackend(_ => new BrokenBackend()));
        await Assert.ThrowsAsync<BundleException>(() => unloadable.StartAsync());

        using var blind = Build(s => Toyish(s, new ScriptedMonitor((_, _) => throw new InvalidOperationException("blind"))));
        Assert.Contains("monitor", (await Assert.ThrowsAsync<SafeSwitchException>(() => blind.StartAsync())).Message, StringComparison.Ordinal);

        using var lazily = Build(s => Toyish(s, new ScriptedMonitor((_, _) => throw new InvalidOperationException("blind")), ModelStart.OnFirstUse));
        await lazily.StartAsync();
        Assert.Equal(HealthStatus.Unhealthy, (await Health(lazily)).Status);
    }

    [Fact]
    public async Task A_chat_client_that_came_later_and_would_go_past_the_guard_keeps_the_host_from_starting()
    {
        using var host = Build(s =>
        {
            Toyish(s);
            s.AddSingleton<IChatClient>(new DelegatedClient(null));
        });

        var problem = Assert.Single((await Assert.ThrowsAsync<SettingsException>(() => host.StartAsync())).Problems);

        Assert.Contains(nameof(DelegatedClient), problem.Found, StringComparison.Ordinal);
    }

    public static TheoryData<string> PastTheGuard => ["by its key", "by the key of none", "for each scope", "by a pipeline", "by a pipeline to nowhere"];

    [Theory]
    [MemberData(nameof(PastTheGuard))]
    public async Task Whatever_way_a_client_gets_past_the_guard_the_host_does_not_start(string way)
    {
        using var host = Build(s =>
        {
            var named = s.AddSafeSwitch("guard", o => o.BundlePath = folder.Path).UseBackend(_ => new ToyBackend(model)).UseMonitor(_ => ScriptedMonitor.Saying(VerdictAction.Continue));
            Toyish(s);
            if (way == "by its key")
                s.AddKeyedSingleton<IChatClient>("guard", new DelegatedClient(null));
            if (way == "by the key of none")
                s.AddKeyedSingleton<IChatClient>("", new DelegatedClient(null));
            if (way == "for each scope")
                s.AddScoped<IChatClient>(_ => new DelegatedClient(null));
            if (way == "by a pipeline")
                named.ConfigureChatClient((_, _) => new DelegatedClient(null));
            if (way == "by a pipeline to nowhere")
                named.ConfigureChatClient((_, _) => null!);
        });

        var problem = Assert.Single((await Assert.ThrowsAsync<SettingsException>(() => host.StartAsync())).Problems);

        Assert.Contains(way.EndsWith("nowhere", StringComparison.Ordinal) ? "null" : nameof(DelegatedClient), problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_may_do_without_the_chat_client()
    {
        using var host = Build(s =>
        {
            Toyish(s);
            s.RemoveAll<IChatClient>();
        });

        await host.StartAsync();

        Assert.Null(host.Services.GetService<IChatClient>());
        Assert.NotNull(host.Services.GetService<GuardedModel>());
    }

    [Fact]
    public async Task A_chat_client_that_came_later_and_leads_to_the_guard_is_welcome()
    {
        using var host = Build(s =>
        {
            Toyish(s);
            s.AddSingleton<IChatClient>(p => new DelegatedClient(p.GetRequiredKeyedService<IChatClient>("")));
        });

        await host.StartAsync();

        Assert.IsType<DelegatedClient>(host.Services.GetRequiredService<IChatClient>());
    }

    [Fact]
    public async Task Paths_are_relative_to_the_content_root()
    {
        Directory.Move(folder.Path, Path.Combine(root.Path, "bundle"));
        using var host = Build(s => s.AddSafeSwitch(o => o.BundlePath = "bundle").UseBackend(_ => new ToyBackend(model)).UseMonitor(_ => ScriptedMonitor.Saying(VerdictAction.Continue)));

        await host.StartAsync();

        Assert.Equal("toy", host.Services.GetRequiredService<GuardedModel>().Info.Name);
        Directory.Move(Path.Combine(root.Path, "bundle"), folder.Path);
    }

    [Fact]
    public async Task A_bundle_without_a_trusted_signature_keeps_the_host_from_starting()
    {
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        File.WriteAllText(root.File("vendor.pem"), key.ExportSubjectPublicKeyInfoPem());
        IHost Trusting() => Build(s =>
        {
            s.Configure<SafeSwitchOptions>("", o => o.TrustedKeys.Add("vendor.pem"));
            Toyish(s);
        });

        using (var refused = Trusting())
            Assert.Contains(BundleSignature.SignatureFile, (await Assert.ThrowsAsync<SettingsException>(() => refused.StartAsync())).Message, StringComparison.Ordinal);

        BundleSignature.Sign(folder.Path, key.ExportPkcs8PrivateKeyPem());
        using var host = Trusting();
        await host.StartAsync();
    }

    [Fact]
    public async Task A_host_that_stops_lets_requests_end_and_takes_no_more()
    {
        var host = Build(s => Toyish(s));
        await host.StartAsync();
        var guard = host.Services.GetRequiredService<GuardedModel>();
        using var computing = new ManualResetEventSlim();
        var begun = new TaskCompletionSource();
        model.BeforeRun = _ =>
        {
            begun.TrySetResult();
            computing.Wait();
        };
        var request = guard.GenerateAsync(Toy.Request());
        await begun.Task;

        var stopping = host.StopAsync();
        while (!await Refuses(guard))
            await Task.Yield();
        Assert.False(stopping.IsCompleted);

        computing.Set();
        await request;
        await stopping;
        await ((IAsyncDisposable)host).DisposeAsync();
        Assert.Equal((0, 1), (model.OpenSessions, model.Disposals));

        static async Task<bool> Refuses(GuardedModel guard)
        {
            using var given = new CancellationTokenSource();
            var attempt = guard.GenerateAsync(Toy.Request(maxNewTokens: 1), given.Token);
            try
            {
                await given.CancelAsync();
                await attempt;
                return false;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
            catch (InvalidOperationException e)
            {
                return e.Message.Contains("shutting down", StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task Models_that_share_what_is_loaded_share_its_queue()
    {
        using var host = Build(s =>
        {
            Toyish(s).Services.Configure<SafeSwitchOptions>("", o => (o.MaxConcurrentRequests, o.MaxWait) = (2, TimeSpan.FromSeconds(5)));
            s.AddSafeSwitch("b", _ => { }).UseModelOf("").UseMonitor(_ => ScriptedMonitor.Saying(VerdictAction.Continue));
        });
        await host.StartAsync();

        var queue = host.Services.GetRequiredService<GuardedModel>().Queue!;

        Assert.Equal((2, 100, TimeSpan.FromSeconds(5)), (queue.MaxConcurrent, queue.MaxWaiting, queue.MaxWait));
        Assert.Same(queue, host.Services.GetRequiredKeyedService<GuardedModel>("b").Queue);
    }

    [Fact]
    public async Task A_queue_of_its_own_is_refused_to_a_model_that_shares()
    {
        using var host = Build(s =>
        {
            Toyish(s);
            s.AddSafeSwitch("b", o => o.MaxConcurrentRequests = 3).UseModelOf("");
        });

        Assert.Equal("'b': MaxConcurrentRequests", Assert.Single((await Assert.ThrowsAsync<SettingsException>(() => host.StartAsync())).Problems).Setting);
    }

    [Fact]
    public async Task A_check_of_a_model_that_there_is_not_fails()
    {
        using var host = Build(s =>
        {
            Toyish(s);
            s.AddHealthChecks().AddSafeSwitch("absent", "other");
        });

        Assert.Equal(HealthStatus.Unhealthy, (await Health(host)).Entries["other"].Status);
    }

    private IHost Build(Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = root.Path });
        builder.Services.AddHealthChecks().AddSafeSwitch();
        add(builder.Services);
        return builder.Build();
    }

    private SafeSwitchBuilder Toyish(IServiceCollection services, ISafetyMonitor? monitor = null, ModelStart start = ModelStart.WarmUp) =>
        services.AddSafeSwitch(o => (o.BundlePath, o.Start) = (folder.Path, start))
            .UseBackend(_ => new ToyBackend(model)).UseMonitor(_ => monitor ?? ScriptedMonitor.Saying(VerdictAction.Continue));

    private static Task<HealthReport> Health(IHost host) => host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

    private sealed class Listener(ToyModel model) : IHostedService
    {
        public int OpenedBefore { get; private set; } = -1;

        public Task StartAsync(CancellationToken cancellationToken)
        {
            OpenedBefore = model.Opened;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class BrokenBackend : IBackend
    {
        public string Name => "broken";

        public LoadedBundle Load(Bundle bundle) => throw new BundleException(bundle.Folder, [new BundleProblem("model.onnx", "", "nothing", "something")]);
    }

    private sealed class DelegatedClient(IChatClient? inner) : IChatClient
    {
        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            inner!.GetResponseAsync(messages, options, cancellationToken);

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            inner!.GetStreamingResponseAsync(messages, options, cancellationToken);

        public object? GetService(Type serviceType, object? serviceKey = null) => inner?.GetService(serviceType, serviceKey);

        public void Dispose()
        {
        }
    }
}
