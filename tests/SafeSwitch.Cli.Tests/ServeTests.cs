using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;

namespace SafeSwitch.Cli.Tests;

public sealed class ServeTests : IDisposable
{
    private readonly TestBundle bundle = TestBundle.Create();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => bundle.Dispose();

    [Fact]
    public async Task It_serves_until_it_is_stopped()
    {
        using var server = await ServeAsync();
        using var client = new HttpClient();

        using var response = await client.PostAsync(new Uri(server.Url + "/chat/completions"), Hello("bundle"), Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = JsonElement.Parse(await response.Content.ReadAsStringAsync(Token));
        Assert.Equal("balanced", answer.GetProperty("safeswitch").GetProperty("policy").GetString());
        Assert.InRange(answer.GetProperty("usage").GetProperty("completion_tokens").GetInt32(), 1, 8);
        // A page whose name was made to point here is turned away.
        using var foreign = new HttpRequestMessage(HttpMethod.Get, server.Url + "/models") { Headers = { Host = "evil.example" } };
        Assert.Equal(HttpStatusCode.BadRequest, (await client.SendAsync(foreign, Token)).StatusCode);
        Assert.Equal(ExitCodes.Done, await server.StopAsync());
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(new Uri(server.Url + "/models"), Token));
    }

    [Fact]
    public async Task Keys_come_from_a_file_of_hashes()
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData("sk-of-the-shop"u8));
        using var server = await ServeAsync("--keys", bundle.Data("keys.txt", $"shop {hash}", "", $"other  {new string('0', 64)}"));
        using var client = new HttpClient();

        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync(new Uri(server.Url + "/models"), Token)).StatusCode);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk-of-the-shop");
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri(server.Url + "/models"), Token)).StatusCode);
        Assert.Equal(["shop", "other"], server.Document.GetProperty("keys").EnumerateArray().Select(k => k.GetString()));
        Assert.Equal(ExitCodes.Done, await server.StopAsync());
    }

    [Fact]
    public async Task Policies_are_chosen_at_the_command_line_and_by_requests()
    {
        using var server = await ServeAsync("--policy", "permissive", "--allow-policy", "strict", "--allow-policy", "balanced");
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Add("SafeSwitch-Policy", "strict");

        using var response = await client.PostAsync(new Uri(server.Url + "/chat/completions"), Hello("bundle"), Token);

        Assert.Contains("\"policy\":\"strict\"", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        Assert.Equal("permissive", server.Document.GetProperty("policy").GetString());
        Assert.Equal(ExitCodes.Done, await server.StopAsync());
    }

    [Fact]
    public async Task A_file_of_settings_sets_the_rest()
    {
        var settings = bundle.Data("server.json", """{ "SafeSwitch": { "Policies": { "own": { "PromptThreshold": 0.2 } } }, "SafeSwitchServer": { "Policies": ["own"], "Limits": { "RequestBytes": 20 } } }""");
        using var server = await ServeAsync("--settings", settings);
        using var client = new HttpClient();

        using var response = await client.PostAsync(new Uri(server.Url + "/chat/completions"), Hello("bundle"), Token);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("own", server.Document.GetProperty("policies")[0].GetString());
        Assert.Equal(ExitCodes.Done, await server.StopAsync());
    }

    [Fact]
    public async Task People_read_where_it_is_and_how_it_ends()
    {
        using var server = await ServeAsync(isJson: false);

        Assert.Equal(ExitCodes.Done, await server.StopAsync());

        foreach (var said in new[] { "serving", "/v1", "bundle", "balanced", "whoever is on this machine" })
            Assert.Contains(said, server.Output, StringComparison.Ordinal);
        foreach (var said in new[] { "Loading", "Ctrl-C stops it.", "Stopping." })
            Assert.Contains(said, server.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--urls", "http://0.0.0.0:0", "keys")]
    [InlineData("--urls", "https://127.0.0.1:0", "expected http://")]
    [InlineData("--urls", "http://127.0.0.1:0;nonsense", "nonsense")]
    [InlineData("--urls", ";", "expected http://")]
    [InlineData("--at-once", "0", "--at-once")]
    [InlineData("--keys", "KEYS", "line 1")]
    public async Task A_command_line_that_makes_no_sense_is_refused_before_anything_is_loaded(string option, string value, string named)
    {
        var run = await Tool.RunAsync("serve", bundle.Folder, option, value == "KEYS" ? bundle.Data("keys.txt", "shop sk-in-the-clear") : value);

        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-in-the-clear", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--policy", "lax")]
    [InlineData("--floor", "lax")]
    [InlineData("--allow-policy", "lax")]
    [InlineData("--allow-policy", "permissive")]
    public async Task A_policy_that_is_unknown_or_too_weak_is_named(string option, string policy)
    {
        var run = await Tool.RunAsync("serve", bundle.Folder, "--urls", "http://127.0.0.1:0", option, policy);

        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains(policy, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_taken_is_told()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}");

        var run = await Tool.RunAsync("serve", bundle.Folder, "--urls", url);

        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains(url, run.Error, StringComparison.Ordinal);
    }

    private static StringContent Hello(string model) =>
        new($$"""{"model":"{{model}}","messages":[{"role":"user","content":"Hello there"}],"max_tokens":8}""", Encoding.UTF8, "application/json");

    private async Task<RunningTool> ServeAsync(params string[] options) => await ServeAsync(isJson: true, options);

    private async Task<RunningTool> ServeAsync(bool isJson, params string[] options)
    {
        var tool = new RunningTool(["serve", bundle.Folder, "--urls", "http://127.0.0.1:0", .. isJson ? (string[])["--json"] : [], .. options]);
        await tool.UntilAsync(isJson ? "\n}" : "whoever");
        return tool;
    }

    /// <summary>The tool in this process, while it runs.</summary>
    private sealed class RunningTool : IDisposable
    {
        private readonly StringWriter output = new();
        private readonly StringWriter error = new();
        private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        private readonly Task<int> run;

        public RunningTool(string[] arguments) =>
            run = SafeSwitchTool.RunAsync(arguments, new Terminal(TextReader.Null, TextWriter.Synchronized(output), TextWriter.Synchronized(error)), stop.Token);

        public string Output => output.ToString();

        public string Error => error.ToString();

        public JsonElement Document => JsonElement.Parse(Output);

        public string Url => Document.GetProperty("urls")[0].GetString()!;

        public async Task UntilAsync(string said)
        {
            while (!Output.Contains(said, StringComparison.Ordinal))
            {
                Assert.False(run.IsCompleted, $"the tool ended: {Error} {Output}");
                await Task.Delay(10, Token);
            }
        }

        public async Task<int> StopAsync()
        {
            await stop.CancelAsync();
            return await run;
        }

        public void Dispose()
        {
            output.Dispose();
            error.Dispose();
            stop.Dispose();
        }
    }
}
