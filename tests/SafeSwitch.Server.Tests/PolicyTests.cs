using System.Net;
using System.Text;
using System.Text.Json;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Server.Tests;

/// <summary>A request may name a policy that the operator lists, and none that guards less than the floor.</summary>
public sealed class PolicyTests
{
    private const string Hello = """{"model":"toy","messages":[{"role":"user","content":"hello"}],"max_tokens":5""";

    [Theory]
    [InlineData(null, null, "balanced")]
    [InlineData("strict", null, "strict")]
    [InlineData(null, "strict", "strict")]
    [InlineData("STRICT", "STRICT", "strict")]
    public async Task A_policy_is_named_by_header_or_metadata(string? header, string? metadata, string expected)
    {
        await using var server = await TestServer.StartAsync(configure: o => o.Policies.Add("strict"));

        var (status, body) = await AskAsync(server, header, metadata);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains($"\"policy\":\"{expected}\"", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("balanced", null, HttpStatusCode.Forbidden, "policy_not_allowed")]
    [InlineData(null, "nonsense", HttpStatusCode.Forbidden, "policy_not_allowed")]
    [InlineData("strict", "balanced", HttpStatusCode.BadRequest, "invalid_value")]
    public async Task Another_policy_is_refused_and_never_replaced(string? header, string? metadata, HttpStatusCode expected, string code)
    {
        await using var server = await TestServer.StartAsync(configure: o => o.Policies.Add("strict"));

        var (status, body) = await AskAsync(server, header, metadata);

        Assert.Equal(expected, status);
        Assert.Contains($"\"code\":\"{code}\"", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_below_the_floor_keeps_the_server_from_starting()
    {
        var weak = await Assert.ThrowsAsync<SettingsException>(() => TestServer.StartAsync(
            configure: o => o.Policies.Add("lenient"), guard: g => g.ConfigurePolicy("lenient", p => p.PromptThreshold = 0.9)));
        var unknown = await Assert.ThrowsAsync<SettingsException>(() => TestServer.StartAsync(configure: o => o.Policies.Add("strickt")));
        var floor = await Assert.ThrowsAsync<SettingsException>(() => TestServer.StartAsync(configure: o => o.Floor = "strict"));

        Assert.Contains("Policies:lenient:PromptThreshold: found 0.9, expected at most 0.7", weak.Message, StringComparison.Ordinal);
        Assert.Contains("Policies: found 'strickt'", unknown.Message, StringComparison.Ordinal);
        Assert.Contains("DefaultPolicy:balanced:PromptThreshold", floor.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_operator_may_set_the_floor_lower_than_the_default()
    {
        await using var server = await TestServer.StartAsync(
            configure: o => { o.Policies.Add("lenient"); o.Floor = "lenient"; }, guard: g => g.ConfigurePolicy("lenient", p => p.PromptThreshold = 0.9));

        Assert.Equal(HttpStatusCode.OK, (await AskAsync(server, "lenient", null)).Status);
    }

    /// <summary>Policies change while the host runs, and what a request names is checked against what they are then.</summary>
    [Fact]
    public async Task A_change_below_the_floor_stops_the_answers_and_the_readiness()
    {
        var configuration = new ToyConfiguration("""{ "SafeSwitch": { "Policies": { "own": { "PromptThreshold": 0.6 } } } }""");
        await using var server = await TestServer.StartAsync(configure: o => { o.Policies.Add("own"); }, configuration: configuration.SafeSwitch);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(server, "own", null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken)).StatusCode);

        configuration.Change("""{ "SafeSwitch": { "Policies": { "own": { "PromptThreshold": 0.8 } } } }""");

        Assert.Equal(HttpStatusCode.InternalServerError, (await AskAsync(server, "own", null)).Status);
        Assert.Equal(HttpStatusCode.InternalServerError, (await AskAsync(server, null, null)).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await server.Http.GetAsync("/health/ready", TestContext.Current.CancellationToken)).StatusCode);
        configuration.Change("""{ "SafeSwitch": { "Policies": { "own": { "PromptThreshold": 0.5 } } } }""");
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(server, "own", null)).Status);
    }

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(TestServer server, string? header, string? metadata)
    {
        var json = Hello + (metadata is null ? "}" : ",\"metadata\":" + JsonSerializer.Serialize(new Dictionary<string, string> { ["safeswitch_policy"] = metadata, ["mine"] = "1" }) + "}");
        using var request = TestServer.Post("/v1/chat/completions", Encoding.UTF8.GetBytes(json));
        if (header is not null)
            request.Headers.Add("SafeSwitch-Policy", header);
        using var response = await server.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
