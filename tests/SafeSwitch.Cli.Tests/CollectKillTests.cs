using SafeSwitch.Cli.Shared;
using SafeSwitch.Instrumentation;
using SafeSwitch.Training.States;

namespace SafeSwitch.Cli.Tests;

/// <summary>The tool as a process of its own, killed as by <c>kill -9</c>.</summary>
public sealed class CollectKillTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Killed_again_and_again_it_ends_where_an_undisturbed_run_does()
    {
        var bundle = folder.File("bundle");
        Instrumenter.Instrument(Fixtures.Decoder("llama", "fp32"), bundle, new InstrumentOptions { Layers = [1, 2] });
        var data = folder.File("rows.jsonl");
        File.WriteAllLines(data, Enumerable.Range(0, 400).Select(i =>
            $$"""{"id": "r{{i}}", "prompt": "request {{i * 7919 % 997}} of {{i}}", "harmful": {{(i % 2 == 0 ? "true" : "false")}}{{(i % 5 == 0 ? ", \"refusal\": \"No.\"" : "")}}}"""));
        string[] arguments = ["collect", bundle, "--data", data, "--answer-tokens", "12", "--checkpoint", "100", "--threads", "1", "-o"];
        var undisturbed = await Tool.RunAsync([.. arguments, folder.File("undisturbed")]);
        Assert.Equal(ExitCodes.Done, undisturbed.ExitCode);

        // Killed before the first shard is there, then while it works on the shards after; dozens of them are still to come each time.
        // A tool that was done before its kill has proved nothing, and begins anew.
        var states = folder.File("states");
        int[] shardsMore = [0, 1, 2, 4];
        for (var (kill, starts) = (0, 0); kill < shardsMore.Length; starts++)
        {
            Assert.True(starts < 10 * shardsMore.Length, "the tool was done before its kill, again and again");
            var existing = Shards(states);
            using var process = ToolProcess.Start([.. arguments, states]);
            if (await process.KillWhenAsync(() => Directory.Exists(states) && Shards(states) >= existing + shardsMore[kill]))
            {
                kill++;
                continue;
            }

            Directory.Delete(states, recursive: true);
            kill = 0;
        }

        var last = await Tool.RunAsync([.. arguments, states, "--json"]);
        Assert.Equal(ExitCodes.Done, last.ExitCode);
        Assert.Equal(400, last.Json.GetProperty("rows").GetInt32() + last.Json.GetProperty("existing").GetInt32());
        AssertSame(folder.File("undisturbed"), states);
        Assert.Equal(File.ReadAllText(folder.File("undisturbed", "data.json")), File.ReadAllText(Path.Combine(states, "data.json")));
    }

    public void Dispose() => folder.Dispose();

    private static int Shards(string states) => Directory.Exists(states) ? Directory.GetFiles(states, "*.jsonl").Length : 0;

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
