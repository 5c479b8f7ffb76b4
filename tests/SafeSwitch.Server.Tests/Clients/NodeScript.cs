using System.Diagnostics;
using System.Text.Json;

namespace SafeSwitch.Server.Tests.Clients;

/// <summary>Scripts for Node.js, with packages of a folder that whoever runs the tests has filled.</summary>
internal static class NodeScript
{
    /// <summary>Names a folder where <c>npm install openai playwright-core axe-core</c> was run.</summary>
    public const string FolderVariable = "SAFESWITCH_NODE";

    /// <summary>Runs one that has <c>require</c>, <c>base</c> (the server's address) and <c>key</c>.</summary>
    /// <returns>What it wrote.</returns>
    public static async Task<string> RunAsync(TestServer server, string script, Dictionary<string, string>? variables = null)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("test.mjs");
        await File.WriteAllTextAsync(
            path,
            $$"""
            import { createRequire } from 'node:module';
            const require = createRequire({{JsonSerializer.Serialize(Path.Combine(Environment.GetEnvironmentVariable(FolderVariable)!, "package.json"))}});
            const base = {{JsonSerializer.Serialize(server.Address.ToString().TrimEnd('/'))}}, key = {{JsonSerializer.Serialize(TestServer.Key)}};
            {{script}}
            """,
            TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo("node", [path]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in variables ?? [])
            start.Environment[name] = value;
        using var node = Process.Start(start)!;
        try
        {
            var error = node.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var output = await node.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await node.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(node.ExitCode == 0, await error + output);
            return output.Trim();
        }
        finally
        {
            if (!node.HasExited)
                node.Kill(entireProcessTree: true);
        }
    }
}
