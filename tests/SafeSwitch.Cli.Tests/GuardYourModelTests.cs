using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

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

        // What it was made of is in it, row by row.
        await File.WriteAllTextAsync(folder.File("suite.json"), """{ "name": "own rows", "data": ["rows.jsonl"], "split": "seen", "methods": ["policies"], "answer_tokens": 2, "utility_tokens": 2, "refusal_tokens": 2, "check_every": 0 }""", TestContext.Current.CancellationToken);
        var evaluated = await DoneAsync("evaluate", Bundle, "--suite", folder.File("suite.json"), "-o", folder.File("report"), "--json");
        var exposure = evaluated.Json.GetProperty("exposure");
        Assert.Equal((48, 32), (exposure.GetProperty("trained").GetInt32(), exposure.GetProperty("held_out").GetInt32()));
        Assert.Contains("48 of 80 rows were trained on", evaluated.Error, StringComparison.Ordinal);

        // Again, with policies of one's own: the bundle is renewed, its name stays.
        await DoneAsync("calibrate", Bundle, "--states", States, "--policy", "children=0.3", "adults=0.1", "--default-policy", "children", "--name", "renamed", "--force");
        await DoneAsync("calibrate", Bundle, "--states", States, "--policy", "children=0.3", "--force");
        var renewed = Bundles.Bundle.Open(Bundle).Manifest;
        Assert.Equal(("renamed", "children"), (renewed.Decoder.Name, renewed.DefaultPolicy));
        Assert.Equal(["permissive", "balanced", "strict", "children", "adults"], renewed.Policies.Keys);

        // What is no longer wanted is taken out by its name, and the default stays what it was made.
        await DoneAsync("calibrate", Bundle, "--states", States, "--policy", "children=0.3", "--force", "--remove-policy", "permissive", "adults");
        Assert.Equal(["balanced", "strict", "children"], Bundles.Bundle.Open(Bundle).Manifest.Policies.Keys);
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

        await FailsAsync(ExitCodes.BadInput, "--force", Calibrate);
        await FailsAsync(ExitCodes.BadInput, "would flag nothing", "calibrate", Bundle, "--states", States, "--max-false-positive", "0.001", "--force");
        await FailsAsync(ExitCodes.BadInput, "'nobody'", [.. Calibrate, "--source-bound", "nobody=0.1", "--force"]);
        await FailsAsync(ExitCodes.Usage, "nothing", [.. Calibrate, "--everyday-sets", "nothing", "--force"]);
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
        await FailsAsync(ExitCodes.BadInput, "SHA-256", [.. Calibrate, "--prompt-probe", "second", "--force"]);
        Assert.Equal(standing, await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken));

        await DoneAsync([.. Calibrate, "--prompt-probe", "prompt", "--force"]);
    }

    [Fact]
    public async Task Nothing_that_took_work_is_replaced_unless_it_is_asked_for()
    {
        await ReadyAsync();
        await DoneAsync(Calibrate);
        var standing = Standing();

        string[] probe = ["train", "probe", Bundle, "--states", States, "--pooling", "last", "--layers", "final", "--epochs", "1"];
        string[] adapter = ["train", "adapter", Bundle, "--states", States, "--rank", "1", "--epochs", "1"];
        string[] otherLayers = ["instrument", Model, "-o", Bundle, "--layers", "final,1"];
        foreach (var verb in (string[][])[probe, [.. probe, "--sweep"], adapter, otherLayers, Calibrate])
            await FailsAsync(ExitCodes.BadInput, "add --force", verb);
        Assert.Equal(standing, Standing());

        // The same layers again change nothing, another name takes nothing's place, and who insists gets it.
        await DoneAsync("instrument", Model, "-o", Bundle, "--layers", "final,2");
        Assert.Equal(standing, Standing());
        await DoneAsync([.. probe, "--name", "second"]);
        await DoneAsync([.. adapter, "--name", "other"]);
        Assert.Equal(standing, Standing().Where(f => !f.Key.Contains("second", StringComparison.Ordinal) && !f.Key.Contains("other", StringComparison.Ordinal)).ToDictionary());
        foreach (var verb in (string[][])[probe, adapter, otherLayers])
            await DoneAsync([.. verb, "--force"]);
        Assert.All(["probes/prompt.onnx", "adapters/refusal.onnx_adapter", "model.serving.onnx"], f => Assert.NotEqual(standing[f], Standing()[f]));

        // Plots and tables of the training may change with it; what the guard runs on may not.
        Dictionary<string, string> Standing() => Directory.EnumerateFiles(Bundle, "*", SearchOption.AllDirectories)
            .Select(f => (Path: f, Name: Path.GetRelativePath(Bundle, f).Replace('\\', '/')))
            .Where(f => !f.Name.StartsWith("training/", StringComparison.Ordinal))
            .ToDictionary(f => f.Name, f => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(f.Path))));
    }

    [Fact]
    public async Task States_of_another_model_of_the_same_width_train_nothing()
    {
        await ReadyAsync();
        var other = folder.File("other");
        await DoneAsync("instrument", Fixtures.Decoder("qwen2", "fp32"), "-o", other, "--layers", "final,2");
        await FailsAsync(ExitCodes.BadInput, "another model", "train", "probe", other, "--states", States, "--pooling", "last", "--layers", "2", "--epochs", "1");
        await FailsAsync(ExitCodes.BadInput, "another model", "train", "adapter", other, "--states", States, "--rank", "1", "--epochs", "1");
        Assert.False(Directory.Exists(Path.Combine(other, "probes")) && Directory.EnumerateFiles(Path.Combine(other, "probes")).Any());
    }

    [Fact]
    public async Task A_part_that_another_process_makes_is_not_made_beside_it()
    {
        await ReadyAsync();
        using (Onnx.Files.WriteLock.Take(Path.Combine(Bundle, "probes", "prompt.onnx")))
            await FailsAsync(ExitCodes.Failed, "another process", "train", "probe", Bundle, "--states", States, "--pooling", "last", "--layers", "2", "--epochs", "1", "--force");
        using (Onnx.Files.WriteLock.Take(Path.Combine(Bundle, Bundles.Bundle.ManifestFile)))
            await FailsAsync(ExitCodes.Failed, "another process", Calibrate);
        await DoneAsync(Calibrate);
        Assert.Empty(Directory.EnumerateFiles(Bundle, "*.lock", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task States_that_lack_a_part_are_named()
    {
        await DoneAsync("instrument", Model, "-o", Bundle, "--layers", "final,2");
        string[] collect = ["collect", Bundle, "--data", Rows(), "-o", States, "--answers", "none"];
        string[] train = ["train", "probe", Bundle, "--states", States, "--pooling", "last", "--layers", "2", "--epochs", "1"];
        foreach (var part in new[] { "1/3", "2/3" })
            await DoneAsync([.. collect, "--shard", part]);
        var half = await DoneAsync([.. train, "--name", "half"]);
        Assert.Contains("part 3/3", half.Error, StringComparison.Ordinal);

        // A part that was begun and not ended has shards, and is not whole.
        File.Delete(Path.Combine(States, "2-of-3.done"));
        Assert.Contains("part 2/3, 3/3", (await DoneAsync([.. train, "--name", "less"])).Error, StringComparison.Ordinal);
        foreach (var part in new[] { "2/3", "3/3" })
            await DoneAsync([.. collect, "--shard", part]);
        Assert.DoesNotContain("not whole", (await DoneAsync([.. train, "--name", "whole"])).Error, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Two_guards_stand_in_one_bundle_each_with_words_of_its_own()
    {
        await ReadyAsync();
        await DoneAsync(Calibrate);
        var first = Bundles.Bundle.Open(Bundle).Manifest;
        var advice = folder.File("advice");
        await DoneAsync("collect", Bundle, "--data", Rows("advice.jsonl", "stock", "good"), "-o", advice, "--answers", "none");
        await DoneAsync("train", "probe", Bundle, "--states", advice, "--pooling", "last", "--layers", "2", "--epochs", "6", "--name", "invest", "--label", "investment-advice");
        string[] second =
        [
            "calibrate", Bundle, "--states", advice, "--prompt-probe", "invest", "--prompt-only", "--policy", "balanced=0.1", "advice-only=0.1",
            "--intervention", "FixedRefusal", "--fixed-refusal", "We give no investment advice.",
        ];
        await DoneAsync(second);

        // What was there is there, as it was.
        var both = Bundles.Bundle.Open(Bundle).Manifest;
        Assert.Equal(["prompt", "invest"], both.Probes.Select(p => p.Name));
        Assert.Equal("investment-advice", both.Probes[1].Label);
        Assert.Equal((first.Probes[0].Sha256, 3), (both.Probes[0].Sha256, both.Probes[0].Calibration.Count));
        Assert.Equal(("balanced", first.Adapters[0]), (both.DefaultPolicy, both.Adapters.Single()));
        Assert.Equal(["permissive", "balanced", "strict", "advice-only"], both.Policies.Keys);
        var (before, after) = (first.Policies["balanced"], both.Policies["balanced"]);
        Assert.Equal((before.PromptThreshold, before.Intervention, before.FixedRefusal), (after.PromptThreshold, after.Intervention, after.FixedRefusal));
        var guard = Assert.Single(after.Guards!);
        Assert.Equal(("investment-advice", "invest", Intervention.FixedRefusal), (guard.Key, guard.Value.Probe, guard.Value.Intervention));
        Assert.Equal("invest", both.Policies["advice-only"].Probe);
        Assert.Contains(both.Provenance!.DataSets, d => d.Name == "rows.jsonl");
        Assert.Contains(both.Provenance.DataSets, d => d.Name == "advice.jsonl");

        // One prefill, both looked; who decided says so, and answers in its own way.
        List<string?> labels = [];
        foreach (var prompt in new[] { "bad 3", "bad 41", "stock 3", "stock 41", "good 3" })
        {
            var run = await DoneAsync("ask", Bundle, prompt, "--max-tokens", "4", "--json");
            var verdict = run.Json.GetProperty("verdict");
            var scores = verdict.GetProperty("scores").EnumerateArray().ToList();
            Assert.Equal(["harm", "investment-advice"], scores.Select(s => s.GetProperty("label").GetString()));
            var label = verdict.GetProperty("label").GetString();
            var strongest = scores.MaxBy(s => Enum.Parse<VerdictAction>(s.GetProperty("action").GetString()!, ignoreCase: true));
            Assert.Equal(strongest.GetProperty("label").GetString(), label);
            if (run.Json.GetProperty("intervened").GetBoolean())
            {
                labels.Add(label);
                Assert.Equal(label == "investment-advice", run.Json.GetProperty("answer").GetString() == "We give no investment advice.");
            }
        }

        Assert.Contains("harm", labels);
        Assert.Contains("investment-advice", labels);
        await DoneAsync("ask", Bundle, "stock 3", "--max-tokens", "4", "--policy", "advice-only");

        // Again only for who insists; the first guard is then renewed alone.
        await FailsAsync(ExitCodes.BadInput, "--force", second);
        await DoneAsync([.. Calibrate, "--prompt-probe", "prompt", "--force"]);
        var renewed = Bundles.Bundle.Open(Bundle).Manifest;
        Assert.Equal(after.Guards!["investment-advice"].Threshold, renewed.Policies["balanced"].Guards!["investment-advice"].Threshold);

        // A report says which guard decided, and holds the scores of all.
        await File.WriteAllTextAsync(folder.File("suite.json"), """{ "name": "both", "data": ["advice.jsonl"], "split": "validation", "methods": ["policies"], "answer_tokens": 2, "utility_tokens": 2, "refusal_tokens": 2, "check_every": 4 }""", TestContext.Current.CancellationToken);
        await DoneAsync("evaluate", Bundle, "--suite", folder.File("suite.json"), "-o", folder.File("report"));
        var rows = Evaluation.Reports.Html.ReportCheck.ReadRows(folder.File("report"));
        Assert.All(rows, r => Assert.Equal(["invest", "prompt"], r.PromptScores!.Keys.Order()));
        Assert.Contains(rows, r => r.Labels?.GetValueOrDefault("balanced") == "investment-advice");
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("verify-report", folder.File("report"), "--bundle", Bundle)).ExitCode);

        // A probe trained again makes old thresholds of it void: they are named, not kept.
        await DoneAsync("train", "probe", Bundle, "--states", advice, "--pooling", "last", "--layers", "final", "--epochs", "1", "--name", "invest", "--label", "investment-advice", "--force");
        await FailsAsync(ExitCodes.BadInput, "'invest' was trained again", [.. Calibrate, "--prompt-probe", "prompt", "--force"]);
        await FailsAsync(ExitCodes.BadInput, "'advice-only'", "calibrate", Bundle, "--states", advice, "--prompt-probe", "invest", "--prompt-only", "--policy", "balanced=0.1", "--force");
    }

    [Fact]
    public async Task Rows_of_another_guard_rows_that_were_learned_and_a_report_that_calls_them_new_are_told()
    {
        await DoneAsync("instrument", Model, "-o", Bundle, "--layers", "final,2");
        await DoneAsync("collect", Bundle, "--data", Rows(), "-o", States, "--answers", "none");
        await DoneAsync("train", "probe", Bundle, "--states", States, "--pooling", "last", "--layers", "2", "--epochs", "4");
        string[] fixedRefusal = ["--prompt-only", "--intervention", "FixedRefusal"];
        Assert.DoesNotContain("learned", (await DoneAsync([.. Calibrate, .. fixedRefusal])).Error, StringComparison.Ordinal);

        // States of rows that are about something else.
        var other = folder.File("other.jsonl");
        await File.WriteAllLinesAsync(other, File.ReadLines(Rows("advice.jsonl", "stock", "fine")).Select(l => l.Replace("\"source\": \"s", "\"source\": \"bank", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        await DoneAsync("collect", Bundle, "--data", other, "-o", folder.File("other"), "--answers", "none");
        var foreign = await DoneAsync("calibrate", Bundle, "--states", folder.File("other"), "--policy", "other=0.1", "--prompt-probe", "prompt", "--intervention", "FixedRefusal", "--prompt-only");
        Assert.Contains("'prompt' learned from no row of these sources (bank0, bank1, bank2)", foreign.Error, StringComparison.Ordinal);

        // The same requests among the train rows and the held-out ones.
        var twice = folder.File("twice.jsonl");
        var rows = File.ReadAllLines(Rows());
        await File.WriteAllLinesAsync(twice, [.. rows, .. rows.Take(10).Select((l, i) => l.Replace("\"id\": \"r", "\"id\": \"again", StringComparison.Ordinal).Replace("\"train\"", "\"validation\"", StringComparison.Ordinal))], TestContext.Current.CancellationToken);
        await DoneAsync("collect", Bundle, "--data", twice, "-o", folder.File("twice"), "--answers", "none");
        var learned = await DoneAsync("calibrate", Bundle, "--states", folder.File("twice"), "--policy", "twice=0.1", "--prompt-probe", "prompt", "--intervention", "FixedRefusal", "--prompt-only");
        Assert.Contains("6 of the held-out rows were also learned from", learned.Error, StringComparison.Ordinal);

        // A report whose rows call what was learned from never seen.
        await File.WriteAllTextAsync(folder.File("suite.json"), """{ "name": "own rows", "data": ["rows.jsonl"], "split": "train", "methods": ["policies"], "policies": ["balanced"], "answer_tokens": 2, "utility_tokens": 2, "refusal_tokens": 2, "check_every": 0 }""", TestContext.Current.CancellationToken);
        var report = folder.File("report");
        await DoneAsync("evaluate", Bundle, "--suite", folder.File("suite.json"), "-o", report);
        await DoneAsync("verify-report", report, "--bundle", Bundle);
        var file = Path.Combine(report, "report.jsonl");
        await File.WriteAllTextAsync(file, (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Replace("\"exposure\":\"trained\"", "\"exposure\":\"never_seen\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        var verified = await Tool.RunAsync("verify-report", report, "--bundle", Bundle);
        Assert.Equal(ExitCodes.Failed, verified.ExitCode);
        Assert.Contains("by the bundle they are Trained", (verified.Output + verified.Error).ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bundle_whose_policy_names_a_probe_or_a_class_that_is_not_there_is_refused()
    {
        await DoneAsync("instrument", Model, "-o", Bundle, "--layers", "final,2");
        await DoneAsync("collect", Bundle, "--data", Rows(), "-o", States, "--answers", "none");
        foreach (var name in (string[])["prompt", "second", "third"])
            await DoneAsync("train", "probe", Bundle, "--states", States, "--pooling", "last", "--layers", "2", "--epochs", "1", "--name", name, "--label", "harm");
        foreach (var name in (string[])["prompt", "second", "third"])
            await DoneAsync([.. Calibrate, "--prompt-probe", name, "--prompt-only", "--intervention", "FixedRefusal"]);

        // Guards with one label are guards of their own; what is calibrated again keeps its name.
        await DoneAsync([.. Calibrate, "--prompt-probe", "second", "--prompt-only", "--intervention", "FixedRefusal", "--force"]);
        var guards = Bundles.Bundle.Open(Bundle).Manifest.Policies["balanced"].Guards!;
        Assert.Equal([("harm", "second"), ("third", "third")], guards.Select(g => (g.Key, g.Value.Probe ?? g.Key)));
        var guard = guards.First();
        var asked = await DoneAsync("ask", Bundle, "bad 5", "--max-tokens", "2", "--json");
        Assert.Equal(3, asked.Json.GetProperty("verdict").GetProperty("scores").GetArrayLength());

        var manifest = Path.Combine(Bundle, Bundles.Bundle.ManifestFile);
        var whole = await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken);
        foreach (var (says, change) in new (string, Action<System.Text.Json.Nodes.JsonNode>)[]
        {
            ("second", m => m["probes"]!.AsArray().RemoveAt(1)),
            ("weapons", m => m["policies"]!["balanced"]!["guards"]![guard.Key]!["class"] = "weapons"),
            ("HARM", m => m["policies"]!["balanced"]!["guards"]!["HARM"] = m["policies"]!["balanced"]!["guards"]![guard.Key]!.DeepClone()),
            ("None", m => m["probes"]![1]!["classes"] = new System.Text.Json.Nodes.JsonArray("none", "None")),
        })
        {
            var changed = System.Text.Json.Nodes.JsonNode.Parse(whole)!;
            change(changed);
            await File.WriteAllTextAsync(manifest, changed.ToJsonString(), TestContext.Current.CancellationToken);
            await FailsAsync(ExitCodes.BadInput, says, "ask", Bundle, "bad 5", "--max-tokens", "2");
        }
    }

    [Fact]
    public async Task A_guard_needs_no_adapter_to_say_a_sentence_of_the_hosts()
    {
        await DoneAsync("instrument", Model, "-o", Bundle, "--layers", "final,2");
        await DoneAsync("collect", Bundle, "--data", Rows(), "-o", States, "--answers", "none");
        await DoneAsync("train", "probe", Bundle, "--states", States, "--pooling", "last", "--layers", "2", "--epochs", "4");
        await DoneAsync([.. Calibrate, "--intervention", "FixedRefusal", "--fixed-refusal", "Please ask our staff."]);
        var manifest = Bundles.Bundle.Open(Bundle).Manifest;
        Assert.Empty(manifest.Adapters);
        Assert.All(manifest.Policies.Values, p => Assert.Equal((Intervention.FixedRefusal, "Please ask our staff."), (p.Intervention, p.FixedRefusal)));
        Assert.Equal("Please ask our staff.", (await DoneAsync("ask", Bundle, "bad 3", "--json")).Json.GetProperty("answer").GetString());
    }

    [Fact]
    public async Task What_is_too_few_is_said_first()
    {
        await DoneAsync("instrument", Model, "-o", Bundle, "--layers", "final,2");
        var collected = await DoneAsync("collect", Bundle, "--data", Rows(), "-o", States, "--answer-tokens", "4");
        Assert.Contains("16 harmless rows are for validation: calibrate can show a bound of 5.9%", collected.Error, StringComparison.Ordinal);
        Assert.Contains("train adapter will need --refusals", collected.Error, StringComparison.Ordinal);
        Assert.Contains("a response stage takes 99", collected.Error, StringComparison.Ordinal);

        // Texts that no row is held out for are learned all the same, and what was not measured is not 0.
        var few = folder.File("few");
        var trainOnly = folder.File("train-only.jsonl");
        await File.WriteAllLinesAsync(trainOnly, File.ReadLines(Rows()).Select(l => l.Replace("\"validation\"", "\"train\"", StringComparison.Ordinal)), TestContext.Current.CancellationToken);
        await DoneAsync("collect", Bundle, "--data", trainOnly, "-o", few, "--answers", "none", "--refusals", Refusals());
        var adapter = await DoneAsync("train", "adapter", Bundle, "--states", few, "--rank", "4", "--json");
        var report = adapter.Json.GetProperty("report");
        Assert.Equal((32, 8), (report.GetProperty("train_rows").GetInt32(), report.GetProperty("held_out_rows").GetInt32()));
        var short3 = await DoneAsync("train", "adapter", Bundle, "--states", few, "--rank", "4", "--epochs", "3", "--name", "three", "--json");
        Assert.True(report.GetProperty("adapted_top1").GetDouble() > 2 * short3.Json.GetProperty("report").GetProperty("adapted_top1").GetDouble(), $"{report}\n{short3.Output}");

        var tiny = folder.File("tiny.jsonl");
        await File.WriteAllLinesAsync(tiny, File.ReadLines(trainOnly).Take(4), TestContext.Current.CancellationToken);
        await DoneAsync("collect", Bundle, "--data", tiny, "-o", folder.File("tiny"), "--answers", "none", "--refusals", Refusals());
        var unmeasured = await DoneAsync("train", "adapter", Bundle, "--states", folder.File("tiny"), "--rank", "2", "--epochs", "1", "--name", "tiny", "--json");
        Assert.False(unmeasured.Json.GetProperty("report").TryGetProperty("base_top1", out var none) && none.ValueKind != System.Text.Json.JsonValueKind.Null);
        Assert.DoesNotContain("can hardly say", unmeasured.Error, StringComparison.Ordinal);
    }

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

    private string Rows(string file = "rows.jsonl", string unwanted = "bad", string wanted = "good")
    {
        var path = folder.File(file);
        File.WriteAllLines(path, Enumerable.Range(0, 80).Select(i =>
            $$"""{"id": "r{{i}}", "prompt": "{{(i % 2 == 0 ? unwanted : wanted)}} {{i * 7919 % 97}}", "harmful": {{(i % 2 == 0 ? "true" : "false")}}, "source": "s{{i % 3}}", "split": "{{(i % 5 is 0 or 1 ? "validation" : "train")}}"}"""));
        return path;
    }

    private string Refusals()
    {
        var path = folder.File("refusals.json");
        File.WriteAllText(path, """{"kinds": [], "general": { "id": "general", "topic": "that", "keywords": [], "refusals": ["I can't help with that."] } }""");
        return path;
    }
}
