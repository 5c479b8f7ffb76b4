using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.Hosting;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Hosting;

public sealed class PolicySettingsTests : IDisposable
{
    private readonly TemporaryFolder folder = Toy.WriteOpenableBundle();
    private readonly FakeLogCollector log = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_host_changes_policies_and_adds_its_own()
    {
        var configuration = new ToyConfiguration(Settings("""
            "DefaultPolicy": "Strict",
            "Policies": { "STRICT": { "pilottokens": 7 }, "night": { "Intervention": "stop", "MonitorTimeout": "00:00:05" } }
            """));
        await using var provider = Build(configuration.SafeSwitch, b => b.ConfigurePolicy("Night", p => p.PilotTokens = 5));
        var policies = provider.GetRequiredService<GuardedModel>().Policies;

        Assert.Equal((0.3, 7, GuardStages.Prompt), Of(policies.Get(null)));
        Assert.Equal((0.7, 5, GuardStages.PromptAndResponse), Of(policies.Get("night")));
        Assert.Equal((Intervention.Stop, TimeSpan.FromSeconds(5)), (policies.Get("NIGHT").Intervention, policies.Get("night").MonitorTimeout));
        Assert.Equal(["balanced", "strict", "night"], policies.Names);

        static (double, int, GuardStages) Of(SafetyPolicy policy) => (policy.PromptThreshold, policy.PilotTokens, policy.Stages);
    }

    [Theory]
    [InlineData("\"Policies\": { \"strict\": { \"PromptTreshold\": 0.2 } }", "Policies:strict:PromptTreshold", "did you mean 'PromptThreshold'?")]
    [InlineData("\"Polices\": { \"strict\": { \"WatchEvery\": 16 } }", "Polices", "did you mean 'Policies'?")]
    [InlineData("\"BundelPath\": \"x\"", "BundelPath", "did you mean 'BundlePath'?")]
    [InlineData("\"Policies\": { \"strict\": { \"MonitorTimeout\": \"5\" } }", "Policies:strict:MonitorTimeout", "hh:mm:ss")]
    [InlineData("\"Policies\": { \"strict\": { \"MonitorTimeout\": 5 } }", "Policies:strict:MonitorTimeout", "hh:mm:ss")]
    [InlineData("\"Policies\": { \"strict\": { \"MonitorTimeout\": \"02:00:00\" } }", "Policies:strict:MonitorTimeout", "at most an hour")]
    [InlineData("\"Policies\": { \"strict\": { \"WatchEvery\": \"often\" } }", "Policies:strict:WatchEvery", "a whole number")]
    [InlineData("\"Policies\": { \"strict\": { \"WatchEvery\": 1.5 } }", "Policies:strict:WatchEvery", "a whole number")]
    [InlineData("\"Policies\": { \"strict\": { \"WatchEvery\": \"\" } }", "Policies:strict:WatchEvery", "a whole number")]
    [InlineData("\"Policies\": { \"strict\": { \"WatchEvery\": null } }", "Policies:strict:WatchEvery", "a whole number")]
    [InlineData("\"Policies\": { \"strict\": { \"WatchEvery\": { \"x\": 1 } } }", "Policies:strict:WatchEvery", "a whole number")]
    [InlineData("\"Policies\": { \"strict\": { \"Adapter\": [\"refusal\"] } }", "Policies:strict:Adapter", "a text")]
    [InlineData("\"Policies\": { \"strict\": { \"PromptThreshold\": \"NaN\" } }", "Policies:strict:PromptThreshold", "a number")]
    [InlineData("\"Policies\": { \"strict\": { \"PromptThreshold\": \"0,2\" } }", "Policies:strict:PromptThreshold", "a number")]
    [InlineData("\"Policies\": { \"strict\": { \"Intervention\": \"Shrug\" } }", "Policies:strict:Intervention", "RefusalAdapter")]
    [InlineData("\"Policies\": { \"strict\": { \"Intervention\": 1 } }", "Policies:strict:Intervention", "RefusalAdapter")]
    [InlineData("\"Policies\": { \"strict\": null }", "Policies:strict", "a section")]
    [InlineData("\"Policies\": { \"strict\": {} }", "Policies:strict", "a section")]
    [InlineData("\"Policies\": { \"strict\": 5 }", "Policies:strict", "a section")]
    [InlineData("\"Policies\": \"strict\"", "Policies", "a section")]
    [InlineData("\"DefaultPolicy\": \"strcit\"", "DefaultPolicy", "did you mean 'strict'?")]
    [InlineData("\"DefaultPolicy\": \"\"", "DefaultPolicy", "a text")]
    [InlineData("\"DefaultPolicy\": null", "DefaultPolicy", "a text")]
    [InlineData("\"Start\": \"Warmup please\"", "Start", "WarmUp")]
    [InlineData("\"VerifyWeights\": \"maybe\"", "VerifyWeights", "true or false")]
    [InlineData("\"MaxConcurrentRequests\": 0", "MaxConcurrentRequests", "at least 1")]
    [InlineData("\"MaxConcurrentRequests\": 1, \"MaxWaitingRequests\": -1", "MaxWaitingRequests", "at least 0")]
    [InlineData("\"MaxConcurrentRequests\": 1, \"MaxWait\": \"00:00:00\"", "MaxWait", "above 0")]
    [InlineData("\"MaxConcurrentRequests\": 1, \"MaxWait\": \"5\"", "MaxWait", "hh:mm:ss")]
    [InlineData("\"MaxWaitingRequests\": 5", "MaxConcurrentRequests", "a limit")]
    [InlineData("\"MaxWait\": \"00:00:05\"", "MaxConcurrentRequests", "a limit")]
    [InlineData("\"TrustedKeys\": \"key.pem\"", "TrustedKeys", "a section")]
    [InlineData("\"TrustedKeys\": [\"absent.pem\"]", "TrustedKeys", "a file")]
    public void What_is_not_understood_is_refused_by_its_path(string settings, string path, string expected)
    {
        using var provider = Build(new ToyConfiguration(Settings(settings)).SafeSwitch);

        var problem = Assert.Single(Assert.Throws<SettingsException>(() => provider.GetRequiredService<GuardedModel>()).Problems);

        Assert.Equal("SafeSwitch:" + path, problem.Setting, ignoreCase: true);
        Assert.Contains(expected, problem.Expected, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("balanced", "PromptThreshold", "0.71")]
    [InlineData("balanced", "ResponseThreshold", "0.9")]
    [InlineData("balanced", "Intervention", "ObserveOnly")]
    [InlineData("balanced", "FailureMode", "Open")]
    [InlineData("balanced", "PromptText", "AsWritten")]
    [InlineData("balanced", "PilotTokens", "2")]
    [InlineData("strict", "Stages", "PromptAndResponse")]
    [InlineData("STRICT", "promptthreshold", "0.4")]
    public async Task A_policy_that_guards_less_than_the_bundles_says_so(string policy, string setting, string value)
    {
        await using var weaker = Build(new ToyConfiguration(Settings($$$"""
            "Policies": { "{{{policy}}}": { "{{{setting}}}": "{{{value}}}" } }
            """)).SafeSwitch);
        var problem = Assert.Single(Assert.Throws<SettingsException>(() => weaker.GetRequiredService<GuardedModel>()).Problems);
        Assert.Equal($"SafeSwitch:Policies:{policy}:{setting}", problem.Setting, ignoreCase: true);
        Assert.Contains("AllowWeaker", problem.Expected, StringComparison.Ordinal);

        await using var meant = Build(new ToyConfiguration(Settings($$$"""
            "Policies": { "{{{policy}}}": { "{{{setting}}}": "{{{value}}}", "AllowWeaker": true } }
            """)).SafeSwitch);
        Assert.NotNull(meant.GetRequiredService<GuardedModel>());
    }

    [Fact]
    public void Watching_less_is_guarding_less_too()
    {
        var watching = new SafetyPolicy { WatchEvery = 16 };

        Assert.Equal("WatchEvery", Assert.Single(new SafetyPolicy { WatchEvery = 0 }.WeakerThan(watching)).Setting);
        Assert.Equal("WatchEvery", Assert.Single(new SafetyPolicy { WatchEvery = 17 }.WeakerThan(watching)).Setting);
        Assert.Empty(new SafetyPolicy { WatchEvery = 8 }.WeakerThan(watching));
        Assert.Empty(new SafetyPolicy().WeakerThan(new SafetyPolicy()));
    }

    public static TheoryData<SafetyPolicy, string?> ClassesOfTheirOwn => new()
    {
        { With("drugs", new() { Probe = "hazards", Class = "drugs", Threshold = 0.9 }), "Guards:drugs:Threshold" },
        { With("drugs", new() { Probe = "hazards", Class = "drugs", Threshold = 0.1, Intervention = Intervention.ObserveOnly }), "Guards:drugs:Intervention" },
        { With("drugs", new() { Probe = "hazards", Class = "drugs", Threshold = 0.1, Stages = GuardStages.PromptAndResponse }), "Guards:drugs:Stages" },
        // As much, or about what no guard of the other's is about.
        { With("drugs", new() { Probe = "hazards", Class = "drugs", Threshold = 0.3 }), null },
        { With("drugs", new() { Probe = "invest", Class = "drugs", Threshold = 0.9 }), null },
        { With("more", new() { Probe = "hazards", Threshold = 0.9 }), null },
    };

    [Theory]
    [MemberData(nameof(ClassesOfTheirOwn))]
    public void A_class_that_is_taken_from_a_guard_for_all_of_them_is_guarded_no_less(SafetyPolicy policy, string? setting)
    {
        var other = new SafetyPolicy { Guards = new Dictionary<string, PolicyGuard> { ["hazards"] = Hazards() } };

        Assert.Equal(setting is null ? [] : [setting], policy.WeakerThan(other).Select(p => p.Setting));
    }

    private static PolicyGuard Hazards() => new() { Threshold = 0.3, Stages = GuardStages.Prompt };

    private static SafetyPolicy With(string name, PolicyGuard guard)
    {
        guard.Stages ??= GuardStages.Prompt;
        return new SafetyPolicy { Guards = new Dictionary<string, PolicyGuard> { ["hazards"] = Hazards(), [name] = guard } };
    }

    [Fact]
    public void Everything_is_told_in_one_go()
    {
        using var provider = Build(new ToyConfiguration(Settings("""
            "DefaultPolicy": "lax",
            "Policies": { "strict": { "PilotTokens": 0, "Stages": "x" }, "balanced": { "PromptThreshold": 7 }, "mine": { "Adapter": "gone" } }
            """)).SafeSwitch);

        var settings = Assert.Throws<SettingsException>(() => provider.GetRequiredService<GuardedModel>()).Problems.Select(p => p.Setting["SafeSwitch:".Length..]);

        Assert.Equal(
            ["DefaultPolicy", "Policies:balanced:PromptThreshold", "Policies:mine:Adapter", "Policies:strict:PilotTokens", "Policies:strict:Stages"],
            settings.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_change_that_can_be_used_holds_from_the_next_request_on()
    {
        var configuration = new ToyConfiguration(Settings(""" "Policies": { "strict": { "PilotTokens": 7 } } """));
        await using var provider = Build(configuration.SafeSwitch);
        var guard = provider.GetRequiredService<GuardedModel>();

        configuration.Change(Settings(""" "DefaultPolicy": "night", "Policies": { "strict": { "PilotTokens": 9 }, "night": { "Intervention": "Stop" } } """));

        Assert.Equal((9, "night", Intervention.Stop), (guard.Policies.Get("strict").PilotTokens, guard.Policies.DefaultPolicy, guard.Policies.Get(null).Intervention));
        configuration.Change(Settings(""" "DefaultPolicy": "balanced" """));
        Assert.Equal((3, "balanced"), (guard.Policies.Get("strict").PilotTokens, guard.Policies.DefaultPolicy));
        Assert.False(guard.Policies.TryGet("night", out _));
    }

    [Theory]
    [InlineData("\"Policies\": { \"strict\": { \"PilotTokens\": 0 } }")]
    [InlineData("\"Policies\": { \"strict\": { \"PilotTokens\": 8 }, \"balanced\": { \"Intervention\": \"ObserveOnly\" } }")]
    [InlineData("\"DefaultPolicy\": \"lax\"")]
    [InlineData("\"Polices\": {}")]
    public async Task A_change_that_can_not_be_used_leaves_the_last_good_policies_and_is_told(string change)
    {
        var configuration = new ToyConfiguration(Settings(""" "DefaultPolicy": "strict", "Policies": { "strict": { "PilotTokens": 7 } } """));
        await using var provider = Build(configuration.SafeSwitch);
        var guard = provider.GetRequiredService<GuardedModel>();

        configuration.Change(Settings(change));

        Assert.Equal((7, "strict"), (guard.Policies.Get("strict").PilotTokens, guard.Policies.DefaultPolicy));
        var record = Assert.Single(log.GetSnapshot(), r => r.Level == LogLevel.Error);
        Assert.Contains("last good policies stay", record.Message, StringComparison.Ordinal);
        var health = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        Assert.Equal(HealthStatus.Degraded, health.Status);
        await guard.GenerateAsync(Toy.Request());

        configuration.Change(Settings(""" "Policies": { "strict": { "PilotTokens": 5 } } """));
        Assert.Equal(5, guard.Policies.Get("strict").PilotTokens);
        Assert.Equal(HealthStatus.Healthy, (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status);
    }

    [Fact]
    public async Task Code_that_throws_while_the_configuration_changes_ends_nothing()
    {
        var configuration = new ToyConfiguration(Settings(""" "DefaultPolicy": "strict" """));
        var calls = 0;
        await using var provider = Build(configuration.SafeSwitch, b => b.ConfigurePolicy("strict", _ =>
        {
            if (calls++ > 0)
                throw new FormatException("no");
        }));
        var guard = provider.GetRequiredService<GuardedModel>();

        configuration.Change(Settings(""" "DefaultPolicy": "balanced" """));

        Assert.Equal("strict", guard.Policies.DefaultPolicy);
        Assert.Single(log.GetSnapshot(), r => r.Level == LogLevel.Error);
    }

    [Fact]
    public async Task A_new_name_that_looks_like_one_of_the_bundles_is_told()
    {
        await using var provider = Build(new ToyConfiguration(Settings(""" "Policies": { "strcit": { "WatchEvery": 8 } } """)).SafeSwitch);

        Assert.NotNull(provider.GetRequiredService<GuardedModel>());

        Assert.Contains("'strict'", Assert.Single(log.GetSnapshot(), r => r.Level == LogLevel.Warning).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_root_of_a_configuration_is_refused_without_listing_everybodys_settings()
    {
        var root = new ConfigurationBuilder().AddInMemoryCollection(Enumerable.Range(0, 50).Select(i => KeyValuePair.Create($"SOMEBODYS_{i}", (string?)"x"))).Build();
        using var provider = Build(root);

        var problem = Assert.Single(Assert.Throws<SettingsException>(() => provider.GetRequiredService<GuardedModel>()).Problems);

        Assert.Contains("GetSection", problem.Expected, StringComparison.Ordinal);
        Assert.EndsWith("and 45 more", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_of_a_policy_can_be_read_from_text()
    {
        foreach (var property in typeof(SafetyPolicy).GetProperties().Where(p => p.Name != nameof(SafetyPolicy.Guards)).Concat(typeof(PolicyGuard).GetProperties()))
            Assert.NotEmpty(SettingValue.Describe(Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType, ""));
    }

    [Fact]
    public async Task A_guard_of_the_bundles_is_changed_setting_by_setting_and_a_weaker_one_is_refused()
    {
        using var guarded = Toy.WriteOpenableBundle(TwoGuards());
        await using var stricter = Build(Settings(guarded, """ "Policies": { "balanced": { "Guards": { "Advice": { "Threshold": 0.4 }, "weapons": { "Probe": "invest", "Threshold": 0.9 } } } } """));
        var guards = stricter.GetRequiredService<GuardedModel>().Policies.Get("balanced").Guards!;
        Assert.Equal(["advice", "weapons"], guards.Keys.Select(k => k.ToLowerInvariant()));
        Assert.Equal((0.4, "invest", "No advice."), (guards["advice"].Threshold, guards["advice"].Probe, guards["advice"].FixedRefusal));

        foreach (var (weaker, at) in new[]
        {
            (""" "Guards": { "advice": { "Threshold": 0.6 } } """, "Guards:advice:Threshold"),
            (""" "Guards": { "advice": { "Intervention": "ObserveOnly" } } """, "Guards:advice:Intervention"),
            (""" "Guards": { "advice": { "Class": "stocks" } } """, "Guards:advice:Class"),
            (""" "Guards": { "advice": { "Stages": "PromptAndResponse" } } """, "Guards:advice:Stages"),
            (""" "Guards": { "advice": { "Treshold": 0.1 } } """, "Guards:advice:Treshold"),
            (""" "Guards": { "advice": 0.1 } """, "Guards:advice"),
            (""" "Guards": 3 """, "Guards"),
            (""" "Probe": "invest" """, "Probe"),
        })
        {
            await using var provider = Build(Settings(guarded, $$""" "Policies": { "balanced": { {{weaker}} } } """));
            Assert.Contains(Assert.Throws<SettingsException>(() => provider.GetRequiredService<GuardedModel>()).Problems, p => p.Setting.EndsWith($"Policies:balanced:{at}", StringComparison.Ordinal));
        }

        await using var meant = Build(Settings(guarded, """ "Policies": { "balanced": { "AllowWeaker": true, "Guards": { "advice": { "Threshold": 0.6 } } } } """));
        Assert.Equal(0.6, meant.GetRequiredService<GuardedModel>().Policies.Get("balanced").Guards!["advice"].Threshold);
    }

    private static IConfiguration Settings(TemporaryFolder bundle, string more) =>
        new ToyConfiguration($$"""{ "SafeSwitch": { "BundlePath": "{{bundle.Path.Replace("\\", "/", StringComparison.Ordinal)}}", {{more}} } }""").SafeSwitch;

    private static BundleManifest TwoGuards()
    {
        var invest = Toy.Manifest.Probes[0] with { Name = "invest", Label = "investment-advice" };
        var balanced = Toy.Manifest.Policies["balanced"].Clone();
        balanced.Guards = new Dictionary<string, PolicyGuard>
        {
            ["advice"] = new() { Probe = "invest", Threshold = 0.5, Stages = GuardStages.Prompt, Intervention = Intervention.FixedRefusal, FixedRefusal = "No advice." },
        };
        return Toy.Manifest with
        {
            Probes = [.. Toy.Manifest.Probes, invest],
            Policies = new Dictionary<string, SafetyPolicy> { ["balanced"] = balanced, ["strict"] = Toy.Manifest.Policies["strict"] },
        };
    }

    private string Settings(string more) => $$"""{ "SafeSwitch": { "BundlePath": "{{folder.Path.Replace("\\", "/", StringComparison.Ordinal)}}", {{more}} } }""";

    private ServiceProvider Build(IConfiguration configuration, Action<SafeSwitchBuilder>? more = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(b => b.AddProvider(new FakeLoggerProvider(log)));
        services.AddHealthChecks().AddSafeSwitch();
        var builder = services.AddSafeSwitch(configuration)
            .UseBackend(_ => new ToyBackend(new ToyModel { EndOdds = 0 }))
            .UseMonitor(_ => ScriptedMonitor.Saying(VerdictAction.Continue));
        more?.Invoke(builder);
        return services.BuildServiceProvider();
    }
}
