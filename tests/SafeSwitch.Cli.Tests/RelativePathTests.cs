using System.Diagnostics;
using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

/// <summary>The tool as a person types it: every verb in the folder where the files are, by their bare names.</summary>
public sealed class RelativePathTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Every_verb_takes_names_relative_to_where_it_is_called()
    {
        CopyModel();
        await File.WriteAllLinesAsync(folder.File("rows.jsonl"), Enumerable.Range(0, 60).Select(i =>
            $$"""{"id": "r{{i}}", "prompt": "{{(i % 2 == 0 ? "bad" : "good")}} {{i * 7919 % 97}}", "harmful": {{(i % 2 == 0 ? "true" : "false")}}, "source": "s{{i % 3}}", "split": "{{(i % 5 is 0 or 1 ? "validation" : "train")}}"}"""), Token);
        await File.WriteAllTextAsync(
            folder.File("refusals.json"), """{"kinds": [], "general": { "id": "general", "topic": "that", "keywords": [], "refusals": ["I can't help with that."] } }""", Token);
        await File.WriteAllTextAsync(folder.File("suite.json"), """{ "name": "s", "data": ["rows.jsonl"], "split": "validation", "answer_tokens": 4, "utility_tokens": 4, "refusal_tokens": 4 }""", Token);

        await DoneAsync("inspect", "model");
        await DoneAsync("instrument", "model", "-o", "bundle", "--layers", "final,2");
        await DoneAsync("collect", "bundle", "--data", "rows.jsonl", "-o", "states", "--refusals", "refusals.json", "--answers", "4", "--answer-tokens", "4");
        await DoneAsync("judge", "states");
        await DoneAsync("train", "probe", "bundle", "--states", "states", "--pooling", "last", "--layers", "2", "--epochs", "2");
        await DoneAsync("train", "adapter", "bundle", "--states", "states", "--rank", "2", "--epochs", "1", "--refusals", "refusals.json");
        await DoneAsync("calibrate", "bundle", "--states", "states", "--max-false-positive", "0.1");
        await DoneAsync("ask", "bundle", "bad 5", "--max-tokens", "4");
        await DoneAsync("evaluate", "bundle", "--suite", "suite.json", "-o", "report");
        Assert.True(File.Exists(folder.File("report", "report.html")));
    }

    public void Dispose() => folder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private void CopyModel()
    {
        Directory.CreateDirectory(folder.File("model"));
        foreach (var file in Directory.EnumerateFiles(Fixtures.Decoder("llama", "fp32")))
            File.Copy(file, folder.File("model", Path.GetFileName(file)));
    }

    private async Task DoneAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "SafeSwitch.Cli.dll"), .. arguments])
        {
            WorkingDirectory = folder.Path, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Token);
        var error = await process.StandardError.ReadToEndAsync(Token);
        await process.WaitForExitAsync(Token);
        Assert.True(process.ExitCode == ExitCodes.Done, $"{string.Join(' ', arguments)}: {process.ExitCode}\n{await output}\n{error}");
    }
}
