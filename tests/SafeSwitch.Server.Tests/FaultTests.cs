using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Server.Tests;

/// <summary>Callers that hang up, dawdle or come in crowds, and a host that stops.</summary>
public sealed class FaultTests
{
    private const int Most = 4000;
    private const string Path = "/v1/chat/completions";

    private static readonly string Long = $$"""{"model":"toy","messages":[{"role":"user","content":"hello"}],"max_tokens":{{Most}},"stream":true}""";
    private static readonly string Short = """{"model":"toy","messages":[{"role":"user","content":"hello"}],"max_tokens":1}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_caller_that_goes_away_frees_its_sequence(bool isStreaming)
    {
        var model = LongModel();
        var (steps, began) = (0, new TaskCompletionSource());
        model.BeforeRun = step =>
        {
            steps = step;
            if (step == 3)
                began.TrySetResult();
            // So that an answer that nobody ended would be told from one that was.
            if (step > 3)
                Thread.Sleep(1);
        };
        await using var server = await TestServer.StartAsync(model: model);
        using var leaves = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var asked = isStreaming ? ReadOneAsync() : server.Http.SendAsync(TestServer.Post(Path, Encoding.UTF8.GetBytes(Long.Replace("true", "false", StringComparison.Ordinal))), leaves.Token);

        await began.Task.WaitAsync(Token);
        await leaves.CancelAsync();
        await Assert.ThrowsAnyAsync<Exception>(() => asked);

        await UntilAsync(() => model.OpenSessions == 0);
        Assert.InRange(steps, 3, Most - 1);

        async Task ReadOneAsync()
        {
            var (response, lines) = await server.StreamAsync(Long, leaves.Token);
            using (response)
            {
                while (await lines.ReadLineAsync(leaves.Token) is not null)
                {
                }
            }
        }
    }

    [Fact]
    public async Task A_caller_that_reads_slowly_holds_no_sequence_and_stops_nobody()
    {
        var model = LongModel();
        await using var server = await TestServer.StartAsync(model: model);
        using var socket = await SendAsync(server, Long);

        await UntilAsync(() => model.Opened == 1 && model.OpenSessions == 0);

        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(Path, Short)).Response.StatusCode);
    }

    [Fact]
    public async Task A_body_that_does_not_come_ends_by_itself()
    {
        await using var server = await TestServer.StartAsync(configure: o => o.Limits.BodyTime = TimeSpan.FromMilliseconds(50));

        using var socket = await SendAsync(server, Short, sends: 10);

        Assert.StartsWith("HTTP/1.1 408", await ReadAsync(socket), StringComparison.Ordinal);
        Assert.Equal(0, server.Model.Opened);
    }

    [Fact]
    public async Task An_answer_has_so_much_time()
    {
        var model = LongModel();
        model.BeforeRun = _ => Thread.Sleep(20);
        await using var server = await TestServer.StartAsync(model: model, configure: o => o.Limits.AnswerTime = TimeSpan.FromMilliseconds(100));

        var (response, body) = await server.PostAsync(Path, Long.Replace("true", "false", StringComparison.Ordinal));

        Assert.Equal((HttpStatusCode.GatewayTimeout, "timeout"), (response.StatusCode, body.GetProperty("error").GetProperty("code").GetString()));
        var (streamed, lines) = await server.StreamAsync(Long, Token);
        var text = await lines.ReadToEndAsync(Token);
        Assert.Equal(HttpStatusCode.OK, streamed.StatusCode);
        // What has begun ends with an error and without the mark of a whole answer.
        Assert.Contains("data: {\"error\":", text, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_queue_says_when_to_come_back()
    {
        using var gate = new ManualResetEventSlim();
        var began = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(
            model: new ToyModel
            {
                EndOdds = 0,
                BeforeRun = _ =>
                {
                    began.TrySetResult();
                    gate.Wait();
                },
            },
            settings: o => (o.MaxConcurrentRequests, o.MaxWaitingRequests) = (1, 0));
        var first = server.PostAsync(Path, Short);
        await began.Task.WaitAsync(Token);

        foreach (var (path, json) in new[] { (Path, Short), (Path, Short[..^1] + ""","stream":true}"""), ("/v1/moderations", """{"input":"x"}""") })
        {
            var (response, body) = await server.PostAsync(path, json);
            Assert.Equal((HttpStatusCode.TooManyRequests, "queue_full"), (response.StatusCode, body.GetProperty("error").GetProperty("code").GetString()));
            Assert.True(response.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        }

        gate.Set();
        Assert.Equal(HttpStatusCode.OK, (await first).Response.StatusCode);
    }

    [Fact]
    public async Task A_key_has_so_many_requests_at_once()
    {
        using var gate = new ManualResetEventSlim();
        var began = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(
            model: new ToyModel
            {
                EndOdds = 0,
                BeforeRun = _ =>
                {
                    began.TrySetResult();
                    gate.Wait();
                },
            },
            configure: o => o.Limits.ConcurrentRequestsPerKey = 1);
        var first = server.PostAsync(Path, Short);
        await began.Task.WaitAsync(Token);

        var (response, _) = await server.PostAsync(Path, Short);

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        gate.Set();
        Assert.Equal(HttpStatusCode.OK, (await first).Response.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.PostAsync(Path, Short)).Response.StatusCode);
    }

    [Fact]
    public async Task A_host_that_stops_finishes_what_has_begun()
    {
        using var gate = new ManualResetEventSlim();
        var began = new TaskCompletionSource();
        await using var server = await TestServer.StartAsync(model: new ToyModel
        {
            EndOdds = 0,
            BeforeRun = step =>
            {
                if (step == 2)
                {
                    began.TrySetResult();
                    gate.Wait();
                }
            },
        });
        var running = server.EventsAsync(Short[..^2] + """9,"stream":true}""");
        await began.Task.WaitAsync(Token);

        var stopping = server.StopAsync(Token);
        await UntilAsync(() => server.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
        gate.Set();

        Assert.Equal("length", (await running)[^1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        await stopping;
        await Assert.ThrowsAsync<HttpRequestException>(() => server.PostAsync(Path, Short));
    }

    [Fact]
    public async Task A_crowd_of_connections_is_turned_away_and_leaves_room_again()
    {
        await using var server = await TestServer.StartAsync(configure: o => o.Limits.Connections = 4);
        var crowd = new List<TcpClient>();
        for (var i = 0; i < 40; i++)
            crowd.Add(await ConnectAsync(server));

        // Those beyond the limit are closed without an answer: the far end reads the end.
        var turnedAway = 0;
        await UntilAsync(() => (turnedAway = crowd.Count(c => c.Client.Poll(0, SelectMode.SelectRead))) >= 36);
        Assert.Equal(36, turnedAway);
        crowd.ForEach(c => c.Dispose());

        await UntilAsync(() => Succeeds().GetAwaiter().GetResult());

        async Task<bool> Succeeds()
        {
            try
            {
                return (await server.PostAsync(Path, Short)).Response.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }
    }

    [Fact]
    public async Task Requests_at_once_answer_as_they_do_in_turn()
    {
        await using var server = await TestServer.StartAsync();
        string[] requests = [.. Enumerable.Range(0, 16).Select(i => Short.Replace("hello", $"hello {i}", StringComparison.Ordinal).Replace(":1}", ":9}", StringComparison.Ordinal))];
        var inTurn = new List<string?>();
        foreach (var request in requests)
            inTurn.Add(await AskAsync(request));

        var atOnce = await Task.WhenAll(requests.Select(AskAsync));

        Assert.Equal(inTurn, atOnce);
        Assert.Equal(requests.Length, inTurn.Distinct().Count());

        async Task<string?> AskAsync(string request) => (await server.PostAsync(Path, request)).Body.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString();
    }

    private static ToyModel LongModel()
    {
        var toy = new ToyModel();
        return new ToyModel { EndOdds = 0, Info = toy.Info with { ContextLength = 2 * Most } };
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(5, Token);
    }

    private static async Task<TcpClient> ConnectAsync(TestServer server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port, Token);
        return client;
    }

    private static async Task<TcpClient> SendAsync(TestServer server, string json, int? sends = null)
    {
        var client = await ConnectAsync(server);
        var head = $"POST {Path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TestServer.Key}\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n";
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head + json[..(sends ?? json.Length)]), Token);
        return client;
    }

    private static async Task<string> ReadAsync(TcpClient client)
    {
        var buffer = new byte[4096];
        return Encoding.ASCII.GetString(buffer, 0, await client.GetStream().ReadAsync(buffer, Token));
    }
}
