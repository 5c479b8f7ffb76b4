using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using SafeSwitch.Guard;

namespace SafeSwitch.Benchmarks.Serving;

/// <summary>When an answer's first text was there, and its end, in milliseconds.</summary>
internal sealed record ServedAnswer(double FirstText, double Whole)
{
    public static async Task<ServedAnswer> TakeAsync(GuardedModel model, GenerationRequest request)
    {
        var began = Stopwatch.GetTimestamp();
        double? first = null;
        await foreach (var update in model.StreamAsync(request).ConfigureAwait(false))
        {
            if (update.Text.Length > 0)
                first ??= Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        var whole = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return new ServedAnswer(first ?? whole, whole);
    }
}

/// <summary>A caller of a server, and two that nobody wants.</summary>
internal sealed class ServerClient(string address, string model) : IDisposable
{
    private static readonly TimeSpan SlowReader = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient http = new() { BaseAddress = new Uri(address), Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>Asks and reads the stream to its end.</summary>
    public async Task<ServedAnswer> AskAsync(GenerationRequest request)
    {
        var began = Stopwatch.GetTimestamp();
        using var response = await SendAsync(request, CancellationToken.None).ConfigureAwait(false);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync().ConfigureAwait(false));
        double? first = null;
        var isWhole = false;
        while (await lines.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            isWhole |= line == "data: [DONE]";
            // The first piece says who speaks, and has no text.
            if (first is null && line.StartsWith("data: {", StringComparison.Ordinal) && HasText(line))
                first = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        }

        var whole = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        return isWhole ? new ServedAnswer(first ?? whole, whole) : throw new HttpRequestException("The answer broke off.");
    }

    /// <summary>Asks, and reads a byte now and then.</summary>
    public Task ReadSlowlyAsync(GenerationRequest request, CancellationToken until) => TroubleAsync(request, async body =>
    {
        var one = new byte[1];
        while (await body.ReadAsync(one, until).ConfigureAwait(false) > 0)
            await Task.Delay(SlowReader, until).ConfigureAwait(false);
    }, until);

    /// <summary>Asks, reads the beginning and leaves, again and again.</summary>
    public Task HangUpAsync(GenerationRequest request, CancellationToken until) => TroubleAsync(request, async body =>
    {
        await body.ReadExactlyAsync(new byte[400], until).ConfigureAwait(false);
        await Task.Delay(SlowReader, until).ConfigureAwait(false);
    }, until);

    public void Dispose() => http.Dispose();

    private async Task TroubleAsync(GenerationRequest request, Func<Stream, Task> read, CancellationToken until)
    {
        try
        {
            while (!until.IsCancellationRequested)
            {
                using var response = await SendAsync(request, until).ConfigureAwait(false);
                await read(await response.Content.ReadAsStreamAsync(until).ConfigureAwait(false)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // Its turn is over.
        }
    }

    private static bool HasText(string line) =>
        JsonElement.Parse(line.AsSpan("data: ".Length)).GetProperty("choices")[0].GetProperty("delta").TryGetProperty("content", out var content) && content.GetString()!.Length > 0;

    private async Task<HttpResponseMessage> SendAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        var body = new JsonObject
        {
            ["model"] = model,
            ["messages"] = new JsonArray([.. request.Messages.Select(m => (JsonNode)new JsonObject { ["role"] = m.Role, ["content"] = m.Content })]),
            ["max_tokens"] = request.MaxNewTokens,
            ["stream"] = true,
            ["metadata"] = new JsonObject { ["safeswitch_policy"] = request.PolicyName },
        };
        using var message = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions") { Content = JsonContent.Create(body) };
        var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        return response.EnsureSuccessStatusCode();
    }
}
