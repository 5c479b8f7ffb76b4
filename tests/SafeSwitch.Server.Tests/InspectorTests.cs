using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using SafeSwitch.Auditing;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Tests.Fakes;

namespace SafeSwitch.Server.Tests;

/// <summary>The page that shows what the guard saw.</summary>
public sealed partial class InspectorTests
{
    /// <summary>Names a browser: Chromium, Chrome or Edge.</summary>
    private const string BrowserVariable = "SAFESWITCH_CHROMIUM";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_is_not_there_unless_it_is_asked_for()
    {
        await using var server = await TestServer.StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/inspector/", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/inspector/settings", Token)).StatusCode);
        Assert.Contains("Inspector", (await Assert.ThrowsAsync<SettingsException>(() => TestServer.StartAsync(configure: o => (o.Inspector, o.ShowVerdicts) = (true, false)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_files_hold_nothing_and_what_it_asks_for_wants_a_key()
    {
        await using var server = await TestServer.StartAsync(configure: o => o.Inspector = true);
        using var stranger = server.Client(key: null);

        var page = await stranger.GetStringAsync("/inspector", Token);
        foreach (var file in Linked().Matches(page).Select(m => m.Groups[1].Value).Concat(["api.js", "dom.js", "guard.js", "history.js"]).Append(""))
        {
            using var response = await stranger.GetAsync("/inspector/" + file, Token);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var policy = response.Headers.GetValues("Content-Security-Policy").Single();
            Assert.StartsWith("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            var text = await response.Content.ReadAsStringAsync(Token);
            // Everything comes from here; the one address is a name of a format.
            Assert.All(Address().Matches(text), m => Assert.Equal("http://www.w3.org/2000/svg", m.Value));
            Assert.DoesNotContain("innerHTML", text, StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await stranger.GetAsync("/inspector/other.js", Token)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.GetAsync("/inspector/settings", Token)).StatusCode);
        var settings = JsonElement.Parse(await server.Http.GetStringAsync("/inspector/settings", Token)).GetProperty("models")[0];
        Assert.Equal(("toy", "balanced", 0.7), (settings.GetProperty("id").GetString(), settings.GetProperty("policies")[0].GetProperty("name").GetString(), settings.GetProperty("policies")[0].GetProperty("prompt_threshold").GetDouble()));
    }

    /// <summary>In a browser: asked by keyboard, read by a machine for accessibility in both colour schemes and at a phone's width.</summary>
    [Fact]
    public async Task A_person_asks_sees_why_and_tries_another_threshold()
    {
        var (node, browser) = (Environment.GetEnvironmentVariable(Clients.NodeScript.FolderVariable), Environment.GetEnvironmentVariable(BrowserVariable));
        Assert.SkipUnless(
            File.Exists(browser) && Directory.Exists(Path.Combine(node ?? "", "node_modules", "playwright-core")) && Directory.Exists(Path.Combine(node!, "node_modules", "axe-core")),
            $"A browser is absent: set {BrowserVariable} to Chromium and {Clients.NodeScript.FolderVariable} to a folder where `npm install playwright-core axe-core` was run");
        var toy = new ToyModel();
        await using var server = await TestServer.StartAsync(
            new TextMonitor(),
            new ToyModel { EndOdds = 0, Info = toy.Info with { ContextLength = 4096 } },
            o =>
            {
                o.Inspector = true;
                o.Policies.Add("strict");
            },
            g => g.ConfigurePolicy("balanced", p => (p.Intervention, p.FixedRefusal) = (Intervention.FixedRefusal, "I can’t help with that.")));
        using var folder = new TemporaryFolder();

        var said = JsonElement.Parse(await Clients.NodeScript.RunAsync(
            server,
            await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "inspector.mjs"), Token),
            new() { ["BROWSER"] = browser!, ["FOLDER"] = folder.Path }));

        Assert.Empty(said.GetProperty("errors").EnumerateArray().Select(e => e.GetString()));
        Assert.Empty(said.GetProperty("accessibility").EnumerateArray().Select(e => e.GetString()));
        Assert.Contains("no API key", said.GetProperty("wrongKey").GetString(), StringComparison.Ordinal);
        Assert.Equal("Not changed, under balanced.", said.GetProperty("harmless").GetString());
        Assert.StartsWith("Intervened, under balanced", said.GetProperty("harmful").GetString(), StringComparison.Ordinal);
        Assert.Contains("3 held-back tokens were thrown away", said.GetProperty("harmful").GetString(), StringComparison.Ordinal);
        Assert.Contains("“xxx”", said.GetProperty("words").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("“the”", said.GetProperty("words").GetString(), StringComparison.Ordinal);
        Assert.Contains("At 0.000 the prompt flags 2 of 2: 1 that it let through", said.GetProperty("atNothing").GetString(), StringComparison.Ordinal);
        Assert.Contains("flags 0 of 2: 0 that it let through, and 1 fewer", said.GetProperty("atAll").GetString(), StringComparison.Ordinal);
        Assert.True(said.GetProperty("fitsPhone").GetBoolean());

        var rows = AuditFile.Read(folder.File("inspector.jsonl")).ToArray();
        Assert.Equal([(0.1f, false), (1f, true)], rows.Select(r => (r.PromptScore!.Value, r.Intervened)));
        Assert.All(rows, r => Assert.Equal(("balanced", "toy", 0.7, 64), (r.Policy, r.Model, r.PromptThreshold!.Value, r.Bundle.Length)));
        if (Environment.GetEnvironmentVariable("SAFESWITCH_WRITE_DOCS") == "1")
        {
            foreach (var picture in new[] { "inspector-light.png", "inspector-phone.png" })
                File.Copy(folder.File(picture), Fixtures.Repository("docs", "server", picture), overwrite: true);
        }
    }

    [GeneratedRegex("""(?:href|src)="([^"]+)"  """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Linked();

    [GeneratedRegex(@"https?://[^\s""'`]+")]
    private static partial Regex Address();
}
