using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SafeSwitch.Benchmarks.Hosting;

/// <summary>A web application that answers in the forms that hosts use, and a caller that notes when bytes come.</summary>
internal sealed class Endpoints : IAsyncDisposable
{
    private const int AnswerTokens = 80;

    private readonly WebApplication application;
    private readonly HttpClient client;

    private Endpoints(WebApplication application)
    {
        this.application = application;
        var address = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        client = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromMinutes(5) };
    }

    /// <summary>JSON of texts, JSON of updates, and server-sent events.</summary>
    public static IReadOnlyList<string> Paths => ["/text", "/updates", "/events"];

    public static async Task<Endpoints> StartAsync(IChatClient chat)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolverChain.Insert(0, AIJsonUtilities.DefaultOptions.TypeInfoResolver!));
        var application = builder.Build();
        application.Urls.Add("http://127.0.0.1:0");
        application.MapGet("/text", (string ask, CancellationToken cancellationToken) => Texts(ask, cancellationToken));
        application.MapGet("/updates", (string ask, CancellationToken cancellationToken) => Updates(ask, cancellationToken));
        application.MapGet("/events", (string ask, CancellationToken cancellationToken) => TypedResults.ServerSentEvents(Texts(ask, cancellationToken)));
        await application.StartAsync();
        return new Endpoints(application);

        IAsyncEnumerable<ChatResponseUpdate> Updates(string ask, CancellationToken cancellationToken) =>
            chat.GetStreamingResponseAsync(ask, new ChatOptions { MaxOutputTokens = AnswerTokens }, cancellationToken);

        IAsyncEnumerable<string> Texts(string ask, CancellationToken cancellationToken) => Updates(ask, cancellationToken).Select(u => u.Text);
    }

    /// <summary>Milliseconds to the first byte of the body and to its end, and how many reads it came in.</summary>
    public async Task<(double First, double Whole, int Reads)> AskAsync(string path, string prompt)
    {
        var buffer = new byte[16 * 1024];
        var started = Stopwatch.GetTimestamp();
        using var response = await client.GetAsync(new Uri($"{path}?ask={Uri.EscapeDataString(prompt)}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        await using var body = await response.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
        var (first, reads) = (0.0, 0);
        while (await body.ReadAsync(buffer) > 0)
        {
            if (reads++ == 0)
                first = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }

        return (first, Stopwatch.GetElapsedTime(started).TotalMilliseconds, reads);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await application.DisposeAsync();
    }
}
