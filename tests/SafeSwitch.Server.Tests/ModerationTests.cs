using System.Net;
using System.Text.Json;
using SafeSwitch.Monitoring;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Server.Tests;

/// <summary>What the probes say of texts.</summary>
public sealed class ModerationTests
{
    private const string Path = "/v1/moderations";

    [Fact]
    public async Task Each_text_has_its_categories_and_scores_in_their_order()
    {
        await using var server = await TestServer.StartAsync(new TextMonitor());

        var (response, body) = await server.PostAsync(Path, """{"model":"toy","input":["abc","axc",{"type":"text","text":"xxx"}]}""");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("toy", body.GetProperty("model").GetString());
        var results = body.GetProperty("results").EnumerateArray().ToArray();
        Assert.Equal([false, false, true], results.Select(r => r.GetProperty("flagged").GetBoolean()));
        Assert.Equal([false, false, true], results.Select(r => r.GetProperty("categories").GetProperty("harm").GetBoolean()));
        Assert.Equal([0.1f, 0.4f, 1f], results.Select(r => r.GetProperty("category_scores").GetProperty("harm").GetSingle()));
        Assert.Equal("balanced", results[0].GetProperty("safeswitch").GetProperty("policy").GetString());
        Assert.Equal(0.7, results[0].GetProperty("safeswitch").GetProperty("verdict").GetProperty("prompt_threshold").GetDouble());
    }

    [Fact]
    public async Task One_text_needs_no_list_and_no_model()
    {
        await using var server = await TestServer.StartAsync(new TextMonitor());

        var (_, body) = await server.PostAsync(Path, """{"input":"xxx"}""");

        Assert.True(Assert.Single(body.GetProperty("results").EnumerateArray()).GetProperty("flagged").GetBoolean());
    }

    /// <summary>Not read is not the same as read and found harmless.</summary>
    [Fact]
    public async Task A_text_that_can_not_be_looked_at_is_flagged_and_has_no_score()
    {
        await using var server = await TestServer.StartAsync(new TextMonitor());

        var (_, body) = await server.PostAsync(Path, $$"""{"input":"{{new string('a', 1000)}}"}""");

        var result = body.GetProperty("results")[0];
        Assert.True(result.GetProperty("flagged").GetBoolean() && result.GetProperty("categories").GetProperty("harm").GetBoolean());
        Assert.Empty(result.GetProperty("category_scores").EnumerateObject());
        Assert.True(result.GetProperty("safeswitch").GetProperty("verdict").GetProperty("is_error").GetBoolean());
    }

    [Fact]
    public async Task Several_guards_are_several_categories()
    {
        await using var server = await TestServer.StartAsync(new ScriptedMonitor((context, _) => new(new SafetyVerdict
        {
            Stage = context.Stage,
            Action = VerdictAction.Intervene,
            Reason = "scripted",
            Scores =
            [
                new GuardScore(null, "prompt", "harm", null, 0.2f, 0.7, VerdictAction.Continue),
                new GuardScore("a", "hazards", "harm", "weapons", 0.8f, 0.5, VerdictAction.Intervene),
                new GuardScore("b", "invest", "investment-advice", null, 0.3f, 0.5, VerdictAction.Continue),
            ],
        })));

        var (_, body) = await server.PostAsync(Path, """{"input":"x"}""");

        var result = body.GetProperty("results")[0];
        Assert.Equal("""{"harm":false,"harm/weapons":true,"investment-advice":false}""", result.GetProperty("categories").GetRawText());
        Assert.Equal("""{"harm":0.2,"harm/weapons":0.8,"investment-advice":0.3}""", result.GetProperty("category_scores").GetRawText());
    }

    [Theory]
    [InlineData("""{"input":[]}""", "input")]
    [InlineData("""{"input":1}""", "input")]
    [InlineData("""{"input":[["x"]]}""", "input[0]")]
    [InlineData("""{"input":[{"type":"image_url","image_url":{"url":"x"}}]}""", "input[0].image_url")]
    [InlineData("""{}""", "input")]
    [InlineData("""{"input":"x","user":"y"}""", "user")]
    public async Task What_is_no_text_is_refused_by_its_place(string json, string path)
    {
        await using var server = await TestServer.StartAsync(new TextMonitor());

        var (response, body) = await server.PostAsync(Path, json);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(path, body.GetProperty("error").GetProperty("param").GetString());
    }
}
