using System.Diagnostics;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Instrumentation;
using SafeSwitch.Training.States;

namespace SafeSwitch.Cli.Tests;

/// <summary>The tool as a process of its own, killed as by <c>kill -9</c>.</summary>
public sealed class CollectKillTests : IDisposable
{
    private const int Kills = 4;

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Killed_at_random_moments_it_ends_where_an_undisturbed_run_does()
    {
        var bundle = folder.File("bundle");
        Instrumenter.Instrument(Fixtures.Shared("fixtures", "decoders", "llama", "fp32"), bundle, new InstrumentOptions { Layers = [1, 2] });
        var data = folder.File("rows.jsonl");
        File.WriteAllLines(data, Enumerable.Range(0, 400).Select(i =>
            $$"""{"id": "r{{i}}", "prompt": "request {{i * 7919 % 997}} of {{i}}", "harmful": {{(i % 2 == 0 ? "true" : "false")}}{{(i % 5 == 0 ? ", \"refusal\": \"No.\"" : "")}}}"""));
        string[] arguments = ["collect", bundle, "--data", data, "--answer-tokens", "12", "--checkpoint", "100", "--threads", "1", "-o"];
        var undisturbed = await Tool.RunAsync([.. arguments, folder.File("undisturbed")]);
        Assert.Equal(ExitCodes.Done, undisturbed.ExitCode);

        // Whenever the kills come, before the first shard or after the last, what must hold is the same.
        var states = folder.File("states");
        var random = new Random(Environment.TickCount);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = Start([.. arguments, states]);
            while (!process.HasExited && kill % 2 == 0 && !File.Exists(Path.Combine(states, $"1-of-1-{kill:D5}.jsonl")))
                await Task.Delay(1, TestContext.Current.CancellationToken);
            await Task.Delay(random.Next(kill % 2 == 0 ? 30 : 1200), TestContext.Current.CancellationToken);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var last = await Tool.RunAsync([.. arguments, states, "--json"]);
        Assert.Equal(ExitCodes.Done, last.ExitCode);
        Assert.Equal(400, last.Json.GetProperty("rows").GetInt32() + last.Json.GetProperty("standing").GetInt32());
        AssertSame(folder.File("undisturbed"), states);
        Assert.Equal(File.ReadAllText(folder.File("undisturbed", "data.json")), File.ReadAllText(Path.Combine(states, "data.json")));
    }

    public void Dispose() => folder.Dispose();

    private static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "SafeSwitch.Cli.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static void AssertSame(string one, string other)
    {
        using var a = StateStore.Open(one);
        using var b = StateStore.Open(other);
        Assert.Equal(a.Rows.Select(r => (r.Data.Key, r.Answer, r.Complied, r.PilotTokens, r.Refusal)), b.Rows.Select(r => (r.Data.Key, r.Answer, r.Complied, r.PilotTokens, r.Refusal)));
        Assert.Equal(a.Layers, b.Layers);
        for (var i = 0; i < a.Rows.Count; i++)
        {
            foreach (var layer in a.Layers)
            {
                AssertClose(a.Content(i, layer), b.Content(i, layer));
                AssertClose(a.Last(i, layer), b.Last(i, layer));
                AssertClose(a.Pilot(i, layer), b.Pilot(i, layer));
            }

            AssertClose(a.RefusalStates(i), b.RefusalStates(i));
            Assert.True(a.RefusalTokens(i).SequenceEqual(b.RefusalTokens(i)));
        }
    }

    /// <summary>A resumed run prefills other pieces of a prompt at once, and sums of other shapes round otherwise.</summary>
    private static void AssertClose(ReadOnlySpan<Half> expected, ReadOnlySpan<Half> found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs((float)expected[i] - (float)found[i]) <= 0.01f * Math.Max(1, Math.Abs((float)expected[i])), $"{i}: {expected[i]} and {found[i]}");
    }
}
