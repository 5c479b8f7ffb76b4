using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

/// <summary>A small decoder, instrumented, and states of rows that it tells apart; made once for a class of tests.</summary>
public sealed class CollectedDecoder : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();

    public string Bundle => folder.File("bundle");

    public string States => folder.File("states");

    /// <summary>Rows without validation rows among them.</summary>
    public string TrainOnly => folder.File("train-only");

    /// <summary>Harmless rows only.</summary>
    public string OneClass => folder.File("one-class");

    /// <summary>The last position of every prompt only.</summary>
    public string LastOnly => folder.File("last-only");

    /// <summary>The average and the last position of every prompt.</summary>
    public string Pooled => folder.File("pooled");

    public string File(string name) => folder.File(name);

    public async ValueTask InitializeAsync()
    {
        await RunAsync("instrument", Fixtures.Decoder("llama", "fp32"), "-o", Bundle, "--layers", "final,1,2");
        await CollectAsync(States, (_, i) => i % 5 is 0 or 1 ? "validation" : i % 11 == 7 ? "test" : "train");
        await CollectAsync(TrainOnly, (_, _) => "train");
        await CollectAsync(LastOnly, (_, i) => i % 3 == 0 ? "validation" : "train", "--keep", "last");
        await CollectAsync(Pooled, (_, i) => i % 3 == 0 ? "validation" : "train", "--keep", "pooled");
        await CollectAsync(OneClass, (harmful, i) => harmful ? "test" : i % 5 == 0 ? "validation" : "train");
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task CollectAsync(string states, Func<bool, int, string> split, params string[] more)
    {
        var data = folder.File(Path.GetFileName(states) + ".jsonl");
        System.IO.File.WriteAllLines(data, Enumerable.Range(0, 240).Select(i =>
        {
            var harmful = i / 5 % 2 == 0;
            return $$"""{"id": "r{{i}}", "prompt": "{{(harmful ? "bad" : "good")}} {{i * 7919 % 97}} do {{i * 31 % 53}}", "harmful": {{(harmful ? "true" : "false")}}, "source": "{{(harmful ? "bad" : "good")}}-{{i % 3}}", "split": "{{split(harmful, i)}}"}""";
        }));
        return RunAsync(["collect", Bundle, "--data", data, "-o", states, "--answers", "none", .. more]);
    }

    private static async Task RunAsync(params string[] arguments)
    {
        var run = await Tool.RunAsync(arguments);
        Assert.True(run.ExitCode == ExitCodes.Done, $"{string.Join(' ', arguments)}\n{run.Error}");
    }
}
