using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using SafeSwitch.Server.Settings;
using SafeSwitch.Settings;

namespace SafeSwitch.Server.Tests;

/// <summary>Who may call, and how much.</summary>
public sealed class AccessTests
{
    private const string Hello = """{"model":"toy","messages":[{"role":"user","content":"hello"}],"max_tokens":2}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1/chat/completions", "POST")]
    [InlineData("/v1/moderations", "POST")]
    [InlineData("/v1/models", "GET")]
    [InlineData("/v1/models/toy", "GET")]
    [InlineData("/metrics", "GET")]
    public async Task Without_a_key_that_is_known_nothing_is_read(string path, string method)
    {
        await using var server = await TestServer.StartAsync();

        foreach (var header in new[] { null, "", "Bearer", "Bearer ", "Bearer wrong", "Basic " + TestServer.Key, TestServer.Key, "Bearer " + TestServer.Key + "0", "Bearer " + new string('x', 100_00) })
        {
            using var client = server.Client(key: null);
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Headers.TryAddWithoutValidation("Authorization", header);
            using var response = await client.SendAsync(request, Token);

            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
            Assert.Equal("invalid_api_key", JsonElement.Parse(await response.Content.ReadAsStringAsync(Token)).GetProperty("error").GetProperty("code").GetString());
        }
    }

    [Fact]
    public async Task Health_and_metrics_are_there()
    {
        await using var server = await TestServer.StartAsync();
        using var stranger = server.Client(key: null);
        await server.PostAsync("/v1/chat/completions", Hello);

        Assert.Equal("Healthy", await stranger.GetStringAsync("/health/live", Token));
        Assert.Equal("Healthy", await stranger.GetStringAsync("/health/ready", Token));
        var metrics = await server.Http.GetStringAsync("/metrics", Token);
        Assert.Contains("safeswitch_requests_total{", metrics, StringComparison.Ordinal);
        Assert.Contains("gen_ai_server_time_to_first_token_seconds_bucket{", metrics, StringComparison.Ordinal);
        Assert.Contains("http_server_request_duration_seconds_bucket{", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("hello", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_answer_tells_browsers_to_do_nothing_with_it()
    {
        await using var server = await TestServer.StartAsync();
        using var stranger = server.Client(key: null);

        foreach (var response in new[] { await stranger.GetAsync("/v1/models", Token), await server.Http.GetAsync("/v1/models", Token), (await server.PostAsync("/v1/chat/completions", Hello)).Response })
        {
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("default-src 'none'; frame-ancestors 'none'", response.Headers.GetValues("Content-Security-Policy").Single());
            Assert.True(response.Headers.CacheControl!.NoStore);
            Assert.False(response.Headers.Contains("Server"));
            Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
            Assert.NotEmpty(response.Headers.GetValues("x-request-id").Single());
        }
    }

    [Fact]
    public async Task A_key_has_so_many_requests_a_minute_and_another_key_its_own()
    {
        await using var server = await TestServer.StartAsync(configure: o =>
        {
            o.Limits.RequestsPerMinute = 2;
            o.ApiKeys.Add(new ApiKeyOptions { Name = "other", Sha256 = TestServer.HashOf("sk-other") });
        });

        using var other = server.Client("sk-other");
        HttpResponseMessage[] responses = [.. await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => server.Http.GetAsync("/v1/models", Token)))];
        var refused = Assert.Single(responses, r => r.StatusCode == HttpStatusCode.TooManyRequests);

        Assert.InRange(refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);
        Assert.Equal("rate_limit_error", JsonElement.Parse(await refused.Content.ReadAsStringAsync(Token)).GetProperty("error").GetProperty("type").GetString());
        Assert.Equal(HttpStatusCode.OK, (await other.GetAsync("/v1/models", Token)).StatusCode);
    }

    [Fact]
    public async Task Who_may_not_come_in_uses_nothing_up()
    {
        await using var server = await TestServer.StartAsync(configure: o => o.Limits.RequestsPerMinute = 1);
        using var stranger = server.Client("sk-wrong");

        for (var i = 0; i < 5; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/v1/models", Token)).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/v1/models", Token)).StatusCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_that_is_too_large_is_refused_whether_it_says_so_or_not(bool saysSo)
    {
        await using var server = await TestServer.StartAsync(configure: o => o.Limits.RequestBytes = 100);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = saysSo ? new StringContent(new string(' ', 1000)) : new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(new string(' ', 1000)))),
        };
        request.Headers.TransferEncodingChunked = !saysSo;
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        using var response = await server.Http.SendAsync(request, Token);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("request_too_large", JsonElement.Parse(await response.Content.ReadAsStringAsync(Token)).GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_server_has_keys_or_says_that_it_has_none()
    {
        var none = await Assert.ThrowsAsync<SettingsException>(() => TestServer.StartAsync(configure: o => o.ApiKeys.Clear()));
        var both = await Assert.ThrowsAsync<SettingsException>(() => TestServer.StartAsync(configure: o => o.AllowAnonymous = true));
        var inTheClear = await Assert.ThrowsAsync<SettingsException>(() => TestServer.StartAsync(configure: o => o.ApiKeys.Add(new ApiKeyOptions { Name = "b", Sha256 = "sk-in-the-clear" })));

        Assert.Contains("ApiKeys: found none", none.Message, StringComparison.Ordinal);
        Assert.Contains("AllowAnonymous", both.Message, StringComparison.Ordinal);
        Assert.Contains("ApiKeys:1:Sha256", inTheClear.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-in-the-clear", inTheClear.Message, StringComparison.Ordinal);
        await using var open = await TestServer.StartAsync(configure: o =>
        {
            o.ApiKeys.Clear();
            o.AllowAnonymous = true;
        });
        using var anybody = open.Client(key: null);
        Assert.Equal(HttpStatusCode.OK, (await anybody.GetAsync("/v1/models", Token)).StatusCode);
    }

    [Theory]
    [InlineData("Limits:RequestsPerMinute", "0", "RequestsPerMinute")]
    [InlineData("Limits:BodyTime", "00:00:00", "BodyTime")]
    [InlineData("Limits:AnswerTime", "5", "AnswerTime")]
    [InlineData("Limit:AnswerTime", "00:00:05", "Limit: found an unknown setting")]
    [InlineData("ApiKeys:0:Sha265", "x", "ApiKeys:0:Sha265: found an unknown setting")]
    [InlineData("Floor", " ", "Floor")]
    [InlineData("Policies:0", "", "Policies")]
    public async Task Settings_that_mean_nothing_keep_the_server_from_starting(string setting, string value, string named)
    {
        var error = await Assert.ThrowsAnyAsync<Exception>(() => TestServer.StartAsync(serverSettings: new() { ["ApiKeys:0:Name"] = "a", ["ApiKeys:0:Sha256"] = TestServer.HashOf("a"), [setting] = value }));

        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }
}
