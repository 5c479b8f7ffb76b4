using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenAI;
using SafeSwitch.Hosting;
using SafeSwitch.Monitoring;
using SafeSwitch.Server.Settings;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Server.Tests;

/// <summary>A server over loopback with a toy model behind it, and ways to ask it.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    /// <summary>The key of its only caller.</summary>
    public const string Key = "sk-test-0123456789";

    private readonly WebApplication app;
    private readonly TemporaryFolder folder;

    private TestServer(WebApplication app, TemporaryFolder folder, ToyModel model)
    {
        (this.app, this.folder, Model) = (app, folder, model);
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        Http = Client();
    }

    public Uri Address { get; }

    public ToyModel Model { get; }

    /// <summary>Sends the key with everything.</summary>
    public HttpClient Http { get; }

    public IServiceProvider Services => app.Services;

    /// <summary>OpenAI's own client.</summary>
    public OpenAIClient OpenAI => new(new System.ClientModel.ApiKeyCredential(Key), new OpenAIClientOptions
    {
        Endpoint = new Uri(Address, "/v1"),
        RetryPolicy = new System.ClientModel.Primitives.ClientRetryPolicy(maxRetries: 0),
    });

    /// <summary>Starts one.</summary>
    /// <param name="monitor">What its guard does; by default it finds nothing.</param>
    /// <param name="model">What answers; by default numbers without end.</param>
    /// <param name="configure">The server's options.</param>
    /// <param name="guard">The guarded model's.</param>
    /// <param name="settings">More of them.</param>
    /// <param name="configuration">The guarded model's settings, which may change while it runs.</param>
    /// <param name="serverSettings">The server's settings in place of its options.</param>
    public static async Task<TestServer> StartAsync(
        ISafetyMonitor? monitor = null,
        ToyModel? model = null,
        Action<SafeSwitchServerOptions>? configure = null,
        Action<SafeSwitchBuilder>? guard = null,
        Action<SafeSwitchOptions>? settings = null,
        IConfiguration? configuration = null,
        Dictionary<string, string?>? serverSettings = null)
    {
        var folder = Toy.WriteOpenableBundle();
        model ??= new ToyModel { EndOdds = 0 };
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var guarded = configuration is null ? builder.Services.AddSafeSwitch(Set) : builder.Services.AddSafeSwitch(configuration);
        builder.Services.PostConfigure<SafeSwitchOptions>("", Set);
        guarded.UseBackend(_ => new ToyBackend(model)).UseMonitor(_ => monitor ?? ScriptedMonitor.Saying(VerdictAction.Continue));
        guard?.Invoke(guarded);
        if (serverSettings is not null)
            builder.Services.AddSafeSwitchServer(new ConfigurationBuilder().AddInMemoryCollection(serverSettings).Build());
        else
            builder.Services.AddSafeSwitchServer(Serve);
        var app = builder.Build();
        app.MapSafeSwitch();
        try
        {
            await app.StartAsync(TestContext.Current.CancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            folder.Dispose();
            throw;
        }

        return new TestServer(app, folder, model);

        void Serve(SafeSwitchServerOptions options)
        {
            options.ApiKeys.Add(new ApiKeyOptions { Name = "test", Sha256 = HashOf(Key) });
            configure?.Invoke(options);
        }

        void Set(SafeSwitchOptions options)
        {
            (options.BundlePath, options.Start) = (folder.Path, ModelStart.Load);
            settings?.Invoke(options);
        }
    }

    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    public HttpClient Client(string? key = Key)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>Sends bytes as JSON.</summary>
    public async Task<(HttpResponseMessage Response, JsonElement Body)> PostAsync(string path, byte[] body)
    {
        var response = await Http.SendAsync(Post(path, body), TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return (response, text.StartsWith('{') ? JsonElement.Parse(text) : default);
    }

    public Task<(HttpResponseMessage Response, JsonElement Body)> PostAsync(string path, string json) => PostAsync(path, Encoding.UTF8.GetBytes(json));

    public static HttpRequestMessage Post(string path, byte[] body) => new(HttpMethod.Post, path)
    {
        Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
    };

    /// <summary>A stream that has begun, as its lines come.</summary>
    public async Task<(HttpResponseMessage Response, StreamReader Lines)> StreamAsync(string json, CancellationToken cancellationToken = default)
    {
        var response = await Http.SendAsync(Post("/v1/chat/completions", Encoding.UTF8.GetBytes(json)), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        return (response, new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken)));
    }

    /// <summary>Every event of a stream, without the end mark, which must be there.</summary>
    public async Task<IReadOnlyList<JsonElement>> EventsAsync(string json)
    {
        var (response, lines) = await StreamAsync(json, TestContext.Current.CancellationToken);
        using (response)
        {
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
            var events = (await lines.ReadToEndAsync(TestContext.Current.CancellationToken)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
            Assert.All(events, e => Assert.StartsWith("data: ", e, StringComparison.Ordinal));
            Assert.Equal("data: [DONE]", events[^1]);
            return [.. events[..^1].Select(e => JsonElement.Parse(e[6..]))];
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => app.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        folder.Dispose();
    }
}
