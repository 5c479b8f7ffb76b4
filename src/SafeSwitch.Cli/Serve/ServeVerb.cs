using System.CommandLine;
using System.Text.Json.Serialization;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Hosting;
using SafeSwitch.OnnxRuntime;

namespace SafeSwitch.Cli.Serve;

/// <summary>A bundle behind an HTTP API as OpenAI's clients speak it, until it is stopped.</summary>
internal sealed class ServeVerb : Verb
{
    /// <summary>Holds a key in place of a file of keys.</summary>
    public const string KeyVariable = "SAFESWITCH_API_KEY";

    private static readonly TimeSpan TimeToDrain = TimeSpan.FromSeconds(30);

    private readonly BundleLoader bundle = new();
    private readonly Option<string> urls = new("--urls")
    {
        Description = "Where to listen, http only, several with ';' between; TLS is a proxy's",
        DefaultValueFactory = _ => "http://127.0.0.1:5000",
        HelpName = "URL",
    };

    private readonly Option<string?> keys = new("--keys")
    {
        Description = $"A file with a line 'NAME SHA256' for each API key. Or one key in {KeyVariable}. Without keys it listens to this machine alone",
        HelpName = "FILE",
    };

    private readonly Option<string?> policy = new("--policy") { Description = "The policy of requests that name none, instead of the bundle's default", HelpName = "NAME" };
    private readonly Option<string[]> allowed = new("--allow-policy") { Description = "A policy that requests may name; may be given several times", HelpName = "NAME" };
    private readonly Option<string?> floor = new("--floor") { Description = "The policy that no request is guarded less than; by default that of requests that name none", HelpName = "NAME" };

    private readonly Option<int> atOnce = new Option<int>("--at-once")
    {
        Description = "Requests that are answered at once; more wait for their turn",
        DefaultValueFactory = _ => 8,
    }.WithinRangeOf<int, OnnxRuntimeOptions>(nameof(OnnxRuntimeOptions.MaxBatchRows));

    private readonly Option<bool> inspector = new("--inspector") { Description = "A page at /inspector/ that shows what the guard saw; it asks by the same keys" };

    private readonly Option<string?> settings = new("--settings")
    {
        Description = "A JSON file with sections SafeSwitch and SafeSwitchServer, for everything else; policies in it may change while it runs",
        HelpName = "FILE",
    };

    public ServeVerb()
        : base(
            "serve",
            "Serves a bundle to any client of OpenAI's API, until Ctrl-C",
            new("serve models/smollm2-135m-instruct --inspector", "on this machine alone, without keys: http://127.0.0.1:5000/v1, and a page at /inspector/"),
            new("serve smollm2-135m --urls http://0.0.0.0:8080 --keys keys.txt", "to others; a line of keys.txt is: shop, a space, and what printf %s KEY | sha256sum says"),
            new("serve smollm2-135m --policy balanced --allow-policy strict", "a request may ask to be guarded more: header SafeSwitch-Policy"))
    {
        bundle.AddTo(this);
        Add(urls);
        Add(keys);
        Add(policy);
        Add(allowed);
        Add(floor);
        Add(atOnce);
        Add(inspector);
        Add(settings);
    }

    /// <summary>Requests that have begun are finished.</summary>
    public override TimeSpan TimeToStop => TimeToDrain + base.TimeToStop;

    protected override async Task<int> RunAsync(VerbCall call)
    {
        var server = new ServerSettings
        {
            Folder = bundle.Folder(call),
            Threads = bundle.Threads(call),
            Urls = ListenUrls.Read(call.Get(urls)!),
            Keys = KeyFile.Read(call.Get(keys), Environment.GetEnvironmentVariable(KeyVariable)),
            Policy = call.Get(policy),
            Allowed = call.Get(allowed) ?? [],
            Floor = call.Get(floor),
            AtOnce = call.Get(atOnce),
            Inspector = call.Get(inspector),
            SettingsFile = call.Get(settings),
            TimeToDrain = TimeToDrain,
        };
        var host = BundleServer.Build(server, call.Terminal);
        await using (host.ConfigureAwait(false))
        {
            if (!call.IsJson)
                call.Terminal.Tell($"Loading {server.Folder}");
            await host.StartAsync(call.CancellationToken).ConfigureAwait(false);
            Tell(BundleServer.Describe(host), call);
            await Stopped(call.CancellationToken).ConfigureAwait(false);
            if (!call.IsJson)
                call.Terminal.Tell("Stopping. Requests that have begun are finished.");
            using var limit = new CancellationTokenSource(TimeToDrain);
            await host.StopAsync(limit.Token).ConfigureAwait(false);
        }

        return ExitCodes.Done;
    }

    protected override string? NextAfter(Exception failure, VerbCall call) => failure is BundleException ? bundle.NextAfter(call) : null;

    private static void Tell(ServeDocument document, VerbCall call)
    {
        if (call.IsJson)
        {
            call.WriteJson(document, ServeJson.Default);
            call.Terminal.Output.Flush();
            return;
        }

        var facts = new FactGrid();
        facts.Add("serving", string.Join(" and ", document.Urls));
        if (document.Inspector is { } page)
            facts.Add("inspector", page);
        facts.Add("model", document.Model);
        facts.Add("policy", document.Policies.Count == 0 ? document.Policy : $"{document.Policy}; by request {string.Join(", ", document.Policies)}");
        facts.Add("keys", document.Keys.Count == 0 ? "none: whoever is on this machine may ask" : string.Join(", ", document.Keys));
        facts.WriteTo(call.Terminal);
        call.Terminal.Tell("Ctrl-C stops it.");
    }

    private static async Task Stopped(CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource();
        using var registration = cancellationToken.Register(stopped.SetResult);
        await stopped.Task.ConfigureAwait(false);
    }
}

/// <summary>A server that listens.</summary>
/// <param name="Urls">What clients take for their base URL.</param>
/// <param name="Inspector">Where the page is; null if there is none.</param>
/// <param name="Model">The model's id.</param>
/// <param name="Policy">The policy of requests that name none.</param>
/// <param name="Policies">Those that requests may name.</param>
/// <param name="Keys">Names of the keys that it knows.</param>
internal sealed record ServeDocument(IReadOnlyList<string> Urls, string? Inspector, string Model, string Policy, IReadOnlyList<string> Policies, IReadOnlyList<string> Keys);

[JsonSerializable(typeof(ServeDocument))]
internal sealed partial class ServeJson : JsonSerializerContext;
