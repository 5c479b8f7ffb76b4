using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

/// <summary>The way of the guide, verb by verb, on a small decoder that knows nothing: from a model folder to a guarded bundle.</summary>
public sealed class GuardYourModelTests : IDisposable
{
    private static string Model => Fixtures.Decoder("llama", "fp32");

    private readonly TemporaryFolder folder = new();

    private string Bundle => folder.File("bundle");

    private string States => folder.File("states");

    private string[] Calibrate => ["calibrate", Bundle, "--states", States, "--max-false-positive", "0.1"];

    [Fact]
    public async Task A_model_folder_becomes_a_guarded_bundle()
    {
        await DoneAsync("instrument", Model, "-o", Bundle, "--layers", "final,1,2");
        await DoneAsync("collect", Bundle, "--data", Rows(), "-o", States, "--refusals", Refusals(), "--answer-tokens", "4", "--pilot-tokens", "3");
        await DoneAsync("judge", States);
        await DoneAsync("train", "probe", Bundle, "--states", States, "--pooling", "rolling", "--layers", "2", "--epochs", "8");
        var adapter = await DoneAsync("train", "adapter", Bundle, "--states", States, "--rank", "4", "--epochs", "2", "--refusals", Refusals(), "--json");
        Assert.Equal(4, adapter.Json.GetProperty("rank").GetInt32());
        Assert.True(adapter.Json.GetProperty("report").GetProperty("train_tokens").GetInt32() > 0);

        var calibrated = await DoneAsync([.. Calibrate, "--set-bound", "rows=0.2", "--source-bound", "s1=0.3"]);
        Assert.Contains("(default)", calibrated.Output, StringComparison.Ordinal);
        Assert.Contains("permissive flags nothing", calibrated.Error, StringComparison.Ordinal);
        var bundle = Bundles.Bundle.Open(Bundle);
        Assert.Equal(("bundle", "balanced"), (bundle.Manifest.Decoder.Name, bundle.Manifest.DefaultPolicy));
        Assert.Equal(["permissive", "balanced", "strict"], bundle.Manifest.Policies.Keys);
        var bounds = bundle.Manifest.Probes[0].Calibration[1].Bounds;
        Assert.Equal([null, "s0", "s1", "s2", null, "s1"], bounds.Select(b => b.Source));
        Assert.Equal(
            [BoundRule.Conformal, BoundRule.Conformal, BoundRule.Conformal, BoundRule.Conformal, BoundRule.Empirical, BoundRule.Empirical], bounds.Select(b => b.Rule));
        Assert.Equal(["rows.jsonl"], bundle.Manifest.Provenance!.DataSets.Select(d => d.Name));
        Assert.Equal(bundle.Manifest.Probes[0].Calibration[1].Threshold, bundle.Manifest.Policies["balanced"].PromptThreshold);

        var asked = await DoneAsync("ask", Bundle, "bad 5", "--max-tokens", "4", "--json");
        Assert.True(asked.Json.TryGetProperty("verdict", out _));

        // Again, with policies of one's own: the bundle is renewed, its name stays.
        await DoneAsync("calibrate", Bundle, "--states", States, "--policy", "children=0.3", "adults=0.1", "--default-policy", "children", "--name", "renamed");
        await DoneAsync("calibrate", Bundle, "--states", States, "--policy", "children=0.3");
        var renewed = Bundles.Bundle.Open(Bundle).Manifest;
        Assert.Equal(("renamed", "children"), (renewed.Decoder.Name, renewed.DefaultPolicy));
        Assert.Equal(["children"], renewed.Policies.Keys);
    }

    [Fact]
    public async Task What_is_missing_is_told_with_the_command_that_makes_it()
    {
        await FailsAsync(ExitCodes.BadInput, "safeswitch instrument", "train", "adapter", folder.File("none"), "--states", States);
        await DoneAsync("instrument", Model, "-o", Bundle, "--layers", "final,2");
        await FailsAsync(ExitCodes.BadInput, States, Calibrate);
        await DoneAsync("collect", Bundle, "--data", Rows(), "-o", States, "--answers", "none");
        await FailsAsync(ExitCodes.BadInput, "--refusals FILE.json", "train", "adapter", Bundle, "--states", States);
        await FailsAsync(ExitCodes.BadInput, "safeswitch train probe", Calibrate);
        await DoneAsync("train", "probe", Bundle, "--states", States, "--pooling", "last", "--layers", "2", "--epochs", "2");
        await FailsAsync(ExitCodes.BadInput, "safeswitch train adapter", Calibrate);
        Assert.False(File.Exists(Path.Combine(Bundle, Bundles.Bundle.ManifestFile)));
    }

    [Fact]
    public async Task Parts_that_do_not_belong_together_are_refused_and_the_bundle_stays()
    {
        await ReadyAsync();
        await DoneAsync(Calibrate);
        var manifest = Path.Combine(Bundle, Bundles.Bundle.ManifestFile);
        var standing = await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken);

        await FailsAsync(ExitCodes.BadInput, "would flag nothing", "calibrate", Bundle, "--states", States, "--max-false-positive", "0.001");
        await FailsAsync(ExitCodes.BadInput, "'nobody'", [.. Calibrate, "--source-bound", "nobody=0.1"]);
        await FailsAsync(ExitCodes.Usage, "nothing", [.. Calibrate, "--everyday-sets", "nothing"]);
        await FailsAsync(ExitCodes.Usage, "--default-policy", [.. Calibrate, "--default-policy", "lax"]);
        await FailsAsync(ExitCodes.Usage, "--set-bound", [.. Calibrate, "--set-bound", "rows"]);
        await FailsAsync(ExitCodes.Usage, "--policy", "calibrate", Bundle, "--states", States, "--policy", "a=0.1", "a=0.2");

        // Another model under the same probe and adapter.
        var other = folder.File("other");
        await DoneAsync("instrument", Fixtures.Decoder("qwen2", "fp32"), "-o", other, "--layers", "final,2");
        foreach (var part in (string[])["probes", "adapters"])
        {
            Directory.CreateDirectory(Path.Combine(other, part));
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Bundle, part)))
                File.Copy(file, Path.Combine(other, part, Path.GetFileName(file)));
        }

        await FailsAsync(ExitCodes.BadInput, "another model", "calibrate", other, "--states", States, "--max-false-positive", "0.1");

        // A second probe of the stage, then a graph that was changed after training.
        await DoneAsync("train", "probe", Bundle, "--states", States, "--pooling", "last", "--layers", "2", "--epochs", "2", "--name", "second");
        await FailsAsync(ExitCodes.BadInput, "--prompt-probe", Calibrate);
        await File.AppendAllTextAsync(Path.Combine(Bundle, "probes", "second.onnx"), " ", TestContext.Current.CancellationToken);
        await FailsAsync(ExitCodes.BadInput, "SHA-256", [.. Calibrate, "--prompt-probe", "second"]);
        Assert.Equal(standing, await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken));

        await DoneAsync([.. Calibrate, "--prompt-probe", "prompt"]);
    }

    public void Dispose() => folder.Dispose();

    private async Task ReadyAsync()
    {
        await DoneAsync("instrument", Model, "-o", Bundle, "--layers", "final,2");
        await DoneAsync("collect", Bundle, "--data", Rows(), "-o", States, "--refusals", Refusals(), "--answers", "none");
        await DoneAsync("train", "probe", Bundle, "--states", States, "--pooling", "last", "--layers", "2", "--epochs", "4");
        await DoneAsync("train", "adapter", Bundle, "--states", States, "--rank", "2", "--epochs", "1");
    }

    private static async Task<ToolRun> DoneAsync(params string[] arguments)
    {
        var run = await Tool.RunAsync(arguments);
        Assert.True(run.ExitCode == ExitCodes.Done, $"{string.Join(' ', arguments)}\n{run.Error}");
        return run;
    }

    private static async Task FailsAsync(int exitCode, string says, params string[] arguments)
    {
        var run = await Tool.RunAsync(arguments);
        Assert.True(run.ExitCode == exitCode, $"{string.Join(' ', arguments)}: exit code {run.ExitCode}\n{run.Error}");
        Assert.Contains(says, run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    private string Rows()
    {
        var path = folder.File("rows.jsonl");
        File.WriteAllLines(path, Enumerable.Range(0, 80).Select(i =>
            $$"""{"id": "r{{i}}", "prompt": "{{(i % 2 == 0 ? "bad" : "good")}} {{i * 7919 % 97}}", "harmful": {{(i % 2 == 0 ? "true" : "false")}}, "source": "s{{i % 3}}", "split": "{{(i % 5 is 0 or 1 ? "validation" : "train")}}"}"""));
        return path;
    }

    private string Refusals()
    {
        var path = folder.File("refusals.json");
        File.WriteAllText(path, """{"kinds": [], "general": { "id": "general", "topic": "that", "keywords": [], "refusals": ["I can't help with that."] } }""");
        return path;
    }
}
