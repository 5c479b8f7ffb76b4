using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using SafeSwitch.Auditing;
using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Tests.Auditing;

public sealed class AuditedRequestTests
{
    private const string Secret = "swordfish";

    [Fact]
    public async Task An_answer_is_recorded_with_its_scores_before_the_caller_has_it_whole()
    {
        var sink = new Sink();
        using var folder = Toy.WriteBundle();
        var bundle = SafeSwitch.Bundles.Bundle.Read(folder.Path);
        await using var guard = new GuardedModel(
            new(bundle, new ToyModel { EndOdds = 0 }, []),
            new ScriptedMonitor((c, _) => new(ScriptedMonitor.Verdict(c, c.Stage == MonitorStage.Prompt ? VerdictAction.Pilot : VerdictAction.Intervene) with { ResponseScore = 0.75f })),
            () => new PolicySet([new("mine", new SafetyPolicy())], "mine"))
        { Name = "shop", Audit = sink };

        var result = await guard.GenerateAsync(Toy.Request());

        var record = Assert.Single(sink.Records);
        Assert.Equal(("shop", "mine", bundle.Digest, "toy"), (record.Client, record.Policy, record.Bundle, record.Model));
        Assert.Equal((0.25f, 0.75f, VerdictAction.Intervene, true), (record.PromptScore, record.ResponseScore, record.Action, record.Intervened));
        Assert.Equal((result.Usage.PromptTokens, null, null), (record.PromptTokens, record.Error, record.PromptHash));
        Assert.Equal(64, bundle.Digest.Length);
    }

    [Fact]
    public async Task A_request_that_gave_no_answer_is_recorded_with_its_kind_of_error_and_no_text()
    {
        var sink = new Sink();
        await using var guard = Toy.Guard(new ToyModel { BeforeRun = _ => throw new InvalidOperationException(Secret) }, ScriptedMonitor.Saying(VerdictAction.Continue), sink);

        await Assert.ThrowsAsync<InvalidOperationException>(() => guard.GenerateAsync(Toy.Request() with { Messages = [PromptMessage.User(Secret)] }));

        var record = Assert.Single(sink.Records);
        Assert.Equal(typeof(InvalidOperationException).FullName, record.Error);
        Assert.DoesNotContain(Secret, record.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unguarded_request_is_recorded_as_one()
    {
        var sink = new Sink();
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue), sink);

        await guard.GenerateAsync(Toy.Request() with { Unguarded = true });

        var record = Assert.Single(sink.Records);
        Assert.Equal(("unguarded", null, null), (record.Policy, record.Action, record.PromptScore));
    }

    [Fact]
    public async Task Equal_requests_have_equal_hashes_under_one_salt_and_others_do_not()
    {
        var (sink, other) = (new Sink("0123456789abcdef"), new Sink("fedcba9876543210"));
        await using var guard = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue), sink);
        await using var second = Toy.Guard(new ToyModel(), ScriptedMonitor.Saying(VerdictAction.Continue), other);

        foreach (var messages in (PromptMessage[][])[[PromptMessage.User("ab")], [PromptMessage.User("ab")], [PromptMessage.User("a"), PromptMessage.User("b")], [PromptMessage.System("ab")]])
            await guard.GenerateAsync(Toy.Request() with { Messages = messages });
        await second.GenerateAsync(Toy.Request() with { Messages = [PromptMessage.User("ab")] });

        Assert.Equal(sink.Records[0].PromptHash, sink.Records[1].PromptHash);
        Assert.Equal(4, sink.Records.Concat(other.Records).Select(r => r.PromptHash).Distinct().Count());
        Assert.All(sink.Records, r => Assert.Equal(64, r.PromptHash!.Length));
    }

    [Fact]
    public void A_text_of_any_length_is_hashed_whole_at_the_cost_of_none()
    {
        byte[] salt = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
        // Characters of one to four bytes, so that pieces end in the middle of some.
        var text = string.Concat(Enumerable.Repeat("aé\u20AC\U0001F600", 100_000)) + "\uD800";
        byte[] bytes = [.. BitConverter.GetBytes(4), .. "user"u8, .. BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];
        PromptMessage[] messages = [PromptMessage.User(text)];
        _ = PromptHash.Of(messages, salt);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var hash = PromptHash.Of(messages, salt);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
        Assert.Equal(Convert.ToHexStringLower(HMACSHA256.HashData(salt, bytes)), hash);
    }

    [Fact]
    public async Task A_sink_that_fails_is_logged_and_the_answer_stands()
    {
        var log = new FakeLogger<GuardedModel>();
        using var folder = Toy.WriteBundle();
        await using var guard = new GuardedModel(
            new(SafeSwitch.Bundles.Bundle.Read(folder.Path), new ToyModel(), []), ScriptedMonitor.Saying(VerdictAction.Continue), logger: log)
        { Audit = new Sink { IsBroken = true } };

        var result = await guard.GenerateAsync(Toy.Request());

        Assert.NotNull(result.Verdict);
        Assert.Single(log.Collector.GetSnapshot(), r => r.Level == LogLevel.Error && r.Message.Contains("audit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_writes_to_the_file_that_its_configuration_names()
    {
        using var root = new TemporaryFolder();
        using var folder = Toy.WriteOpenableBundle();
        using var host = Build(root, folder, new() { ["SafeSwitch:Audit:Path"] = "logs/a.jsonl", ["SafeSwitch:Audit:Salt"] = "0123456789abcdef" });

        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.Services.GetRequiredService<GuardedModel>().GenerateAsync(Toy.Request(), TestContext.Current.CancellationToken);

        // The warm-up is none of a user's.
        var record = Assert.Single(AuditFile.Read(root.File("logs", "a.jsonl")));
        Assert.Equal((64, VerdictAction.Continue), (record.PromptHash?.Length, record.Action));
    }

    [Theory]
    [InlineData("SafeSwitch:Audit:Path", "", "SafeSwitch:Audit:Path")]
    [InlineData("SafeSwitch:Audit:Path", "taken/x.jsonl", "SafeSwitch:Audit")]
    [InlineData("SafeSwitch:Audit:MaxByte", "5", "SafeSwitch:Audit:MaxByte")]
    [InlineData("SafeSwitch:Audit:Salt", "short", "SafeSwitch:Audit:Salt")]
    public async Task A_host_whose_audit_can_t_be_written_does_not_start(string key, string value, string setting)
    {
        using var root = new TemporaryFolder();
        File.WriteAllText(root.File("taken"), "a file, no folder");
        using var folder = Toy.WriteOpenableBundle();
        using var host = Build(root, folder, new() { [key] = value });

        var e = await Assert.ThrowsAsync<SettingsException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Equal(setting, Assert.Single(e.Problems).Setting);
    }

    private static IHost Build(TemporaryFolder root, TemporaryFolder bundle, Dictionary<string, string?> settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = root.Path });
        settings["SafeSwitch:BundlePath"] = bundle.Path;
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddSafeSwitch(builder.Configuration.GetSection("SafeSwitch"))
            .UseBackend(_ => new ToyBackend(new ToyModel { EndOdds = 0 })).UseMonitor(_ => ScriptedMonitor.Saying(VerdictAction.Continue)).UseAuditFile();
        return builder.Build();
    }

    private sealed class Sink(string salt = "") : IAuditSink
    {
        public List<AuditRecord> Records { get; } = [];

        public bool IsBroken { get; init; }

        public ReadOnlyMemory<byte> Salt { get; } = System.Text.Encoding.UTF8.GetBytes(salt);

        public void Write(AuditRecord record)
        {
            if (IsBroken)
                throw new IOException("full");
            lock (Records)
                Records.Add(record);
        }
    }
}
