using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SafeSwitch.Auditing;
using SafeSwitch.Bundles;
using SafeSwitch.Guard;
using SafeSwitch.Hosting;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Tests.Fakes;
using SafeSwitch.Tests.Schemas;

namespace SafeSwitch.Tests.Settings;

/// <summary>The schemas of what the core reads, each against its reader.</summary>
public sealed class SchemaTests : IDisposable
{
    private readonly TemporaryFolder folder = Toy.WriteOpenableBundle();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void The_schema_of_a_bundle_is_its_reader_s()
    {
        var schema = SchemaFile.Of(BundleJson.Manifest, "A bundle: safeswitch.json");
        schema["properties"]!["schema"]!["const"] = BundleManifest.CurrentSchema;
        SchemaFile.Check("safeswitch", schema);

        var contract = new SchemaContract("safeswitch", text => Reads<BundleException>(() => ManifestReader.Parse("bundle", Encoding.UTF8.GetBytes(text))));
        contract.Takes(File.ReadAllText(Fixtures.ShippedBundle("safeswitch.json")));
        contract.Holds(bothWays: false, Whole());
    }

    [Fact]
    public void The_schema_of_an_audit_line_is_its_reader_s()
    {
        SchemaFile.Check("audit-line", SchemaFile.Of(AuditJson.Line, "A line of the audit log"));
        var file = folder.File("audit.jsonl");
        var contract = new SchemaContract("audit-line", text =>
        {
            File.WriteAllText(file, text.ReplaceLineEndings(" "));
            return Reads<SafeSwitchException>(() => _ = AuditFile.Read(file).Count());
        });
        var record = new AuditRecord
        {
            Time = DateTimeOffset.UnixEpoch, Client = "c", Policy = "balanced", Bundle = Toy.NoDigest, Model = "toy", PromptScore = 0.5f, Guard = "g", Label = "harm", PromptThreshold = 0.4,
            OutOfDistribution = 0.1f, ResponseScore = 0.2f, ResponseThreshold = 0.3, Action = VerdictAction.Intervene, Intervened = true, PromptTokens = 3, PromptHash = Toy.NoDigest, Error = "timeout",
        };
        contract.Holds(bothWays: false, WithSchema(JsonSerializer.SerializeToNode(record, AuditJson.Default.AuditRecord)!));
    }

    [Fact]
    public void The_schema_of_a_host_s_settings_is_its_reader_s()
    {
        var json = new JsonSerializerOptions { Converters = { new JsonStringEnumConverter() }, TypeInfoResolver = new DefaultJsonTypeInfoResolver(), UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };
        var settings = SchemaFile.Of(json.GetTypeInfo(typeof(SafeSwitchOptions)), "");
        settings.Remove("$schema");
        settings.Remove("title");
        var policies = SchemaFile.Of(json.GetTypeInfo(typeof(Dictionary<string, SafetyPolicy>)), "");
        policies.Remove("$schema");
        policies.Remove("title");
        settings["properties"]!["Policies"] = policies;
        foreach (var backend in (string[])["OnnxRuntime", "OnnxRuntimeGenAI"])
            settings["properties"]![backend] = new JsonObject { ["type"] = "object", ["description"] = "Options of the backend." };
        SchemaFile.Check("appsettings", SchemaFile.Headed(
            new JsonObject { ["type"] = "object", ["properties"] = new JsonObject { ["SafeSwitch"] = settings } },
            "The settings of a host: the section SafeSwitch of appsettings.json",
            "Names are as written here; configuration also reads them in other letter case."));

        var contract = new SchemaContract("appsettings", text =>
        {
            using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
            var configuration = new ConfigurationBuilder().AddJsonStream(stream).AddInMemoryCollection([KeyValuePair.Create<string, string?>("SafeSwitch:BundlePath", folder.Path)]).Build();
            var services = new ServiceCollection().AddLogging();
            services.AddSafeSwitch(configuration.GetSection("SafeSwitch")).UseBackend(_ => new ToyBackend(new ToyModel { EndOdds = 0 })).UseMonitor(_ => ScriptedMonitor.Saying(VerdictAction.Continue));
            var provider = services.BuildServiceProvider();
            var reads = Reads<SettingsException>(() => provider.GetRequiredService<GuardedModel>());
            provider.DisposeAsync().AsTask().GetAwaiter().GetResult();
            return reads;
        });
        Assert.True(contract.IsValid(File.ReadAllText(Fixtures.Repository("samples", "ChatHost", "appsettings.json"))));
        foreach (var (wrong, isWrong) in new[]
        {
            ("""{ "SafeSwitch": { "Policies": { "a": { "PilotTokens": 64, "Stages": "Prompt", "Guards": { "g": { "Threshold": 1 } } } } } }""", false),
            ("""{ "SafeSwitch": { "Polices": {} } }""", true),
            ("""{ "SafeSwitch": { "Policies": { "a": { "PilotTokens": 65 } } } }""", true),
            ("""{ "SafeSwitch": { "Policies": { "a": { "Stages": "Promt" } } } }""", true),
            ("""{ "SafeSwitch": { "Policies": { "a": { "Guards": { "g": { "Threshold": 1.5 } } } } } }""", true),
            ("""{ "SafeSwitch": { "Policies": { "a": { "Guards": { "g": { "Treshold": 0.5 } } } } } }""", true),
            ("""{ "SafeSwitch": { "MaxConcurrentRequests": 0 } }""", true),
            ("""{ "SafeSwitch": { "Start": "Later" } }""", true),
        })
        {
            Assert.Equal((!isWrong, !isWrong, wrong), (contract.IsValid(wrong), contract.Reads(wrong), wrong));
        }
    }

    private static string Whole()
    {
        using var written = Toy.WriteBundle(Toy.Manifest with
        {
            Files = [new FileDigest { File = "tokenizer.json", Sha256 = Toy.NoDigest }],
            Probes =
            [
                Toy.Manifest.Probes[0] with { Label = "harm", Classes = ["none", "weapons"], TrainedRows = new FileDigest { File = "a.json", Sha256 = Toy.NoDigest } },
                Toy.Manifest.Probes[1],
            ],
            Policies = new Dictionary<string, SafetyPolicy>
            {
                ["balanced"] = new() { Guards = new Dictionary<string, PolicyGuard> { ["weapons"] = new() { Probe = "prompt", Class = "weapons", Threshold = 0.2, Stages = GuardStages.Prompt } } },
            },
        });
        return WithSchema(JsonNode.Parse(File.ReadAllText(written.File(Bundle.ManifestFile)))!);
    }

    private static string WithSchema(JsonNode document)
    {
        document["$schema"] = "../docs/schemas/x.schema.json";
        return document.ToJsonString();
    }

    private static bool Reads<TRefusal>(Action read)
        where TRefusal : Exception
    {
        try
        {
            read();
            return true;
        }
        catch (TRefusal)
        {
            return false;
        }
    }
}
