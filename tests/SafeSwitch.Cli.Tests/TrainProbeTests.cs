using System.Text.Json;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Training.Probes;

namespace SafeSwitch.Cli.Tests;

/// <summary><c>train probe</c> on the states of a small decoder. Every test names its probe: they share a bundle.</summary>
public sealed class TrainProbeTests(CollectedDecoder decoder) : IClassFixture<CollectedDecoder>
{
    private static readonly string[] Plots = [".roc.svg", ".calibration.svg"];

    private static readonly string[] SweepFiles = [".sweep.json", ".sweep.md", ".sweep.svg"];

    [Fact]
    public async Task A_design_from_options_becomes_a_graph_a_record_figures_and_plots()
    {
        var run = await DoneAsync("--name", "options", "--pooling", "rolling", "--layers", "1,final", "--hidden", "8", "--copies", "2", "--epochs", "3", "--seed", "5");
        foreach (var shown in (string[])["average of rolling(10) 1+final x2", "AUROC", "95% interval", "bad-0 (to be flagged)", "good-1 (not to be flagged)", "safeswitch calibrate"])
            Assert.Contains(shown, run.Output, StringComparison.Ordinal);
        Assert.Contains("the everyday validation rows can't show 1%, 99 are needed", run.Error, StringComparison.Ordinal);

        var record = ProbeRecord.Read(Path.Combine(decoder.Bundle, ProbeRecord.FileOf("options")));
        Assert.Equal(["hidden_states.1", "hidden_states"], record.Description.HiddenStates);
        Assert.Equal((5, 3, 0), (record.Training.Seed, record.Training.Epochs, record.Training.Threads));
        Assert.Equal([8], record.Design.Members[0].Hidden!);
        Assert.Equal(2, record.Design.Members[0].Copies);
        Assert.True(record.Metrics["auroc"] > 0.9, $"{record.Metrics["auroc"]}");
        Assert.True(File.Exists(Path.Combine(decoder.Bundle, record.Description.File)));
        Assert.All(Plots, end => Assert.True(new FileInfo(Path.Combine(decoder.Bundle, "training", "options" + end)).Length > 1000, end));
    }

    [Fact]
    public async Task The_design_file_of_one_run_trains_the_same_graph_again_on_any_number_of_threads()
    {
        await DoneAsync("--name", "first", "--pooling", "attention", "--copies", "3", "--epochs", "3", "--seed", "9", "--threads", "1", "--reports", decoder.File("reports"));
        var graph = await File.ReadAllBytesAsync(Path.Combine(decoder.Bundle, ProbeRecord.GraphOf("first")), TestContext.Current.CancellationToken);
        var record = await File.ReadAllTextAsync(Path.Combine(decoder.Bundle, ProbeRecord.FileOf("first")), TestContext.Current.CancellationToken);

        await DoneAsync("--design", decoder.File("reports/first.design.json"), "--threads", "4", "--force");
        Assert.Equal(graph, await File.ReadAllBytesAsync(Path.Combine(decoder.Bundle, ProbeRecord.GraphOf("first")), TestContext.Current.CancellationToken));
        Assert.Equal(record, await File.ReadAllTextAsync(Path.Combine(decoder.Bundle, ProbeRecord.FileOf("first")), TestContext.Current.CancellationToken));

        await DoneAsync("--design", decoder.File("reports/first.design.json"), "--seed", "10", "--name", "other");
        Assert.NotEqual(graph, await File.ReadAllBytesAsync(Path.Combine(decoder.Bundle, ProbeRecord.GraphOf("other")), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_design_file_may_ask_for_sources_to_be_left_out()
    {
        var design = decoder.File("crossed.json");
        await File.WriteAllTextAsync(design, """
            {
              "design": { "name": "crossed", "stage": "Prompt", "members": [{ "pooling": "Last", "layers": ["hidden_states"], "hidden": [] }] },
              "training": { "epochs": 2 },
              "cross_fit": { "folds": 3 }
            }
            """, TestContext.Current.CancellationToken);

        var run = await DoneAsync("--design", design);

        Assert.Contains("Sources that training did not see", run.Output, StringComparison.Ordinal);
        var record = ProbeRecord.Read(Path.Combine(decoder.Bundle, ProbeRecord.FileOf("crossed")));
        Assert.Equal(3, record.CrossFit!.Folds);
        Assert.Contains("left_out.recall", record.Metrics.Keys);
    }

    [Fact]
    public async Task A_sweep_says_its_winner_the_rule_and_what_trains_it()
    {
        string[] sweep = ["--sweep", "--name", "swept", "--layers", "1,2", "--epochs", "2", "--rows-per-source", "10", "--max-false-positive", "0.1", "--label", "advice"];
        var only = await DoneAsync([.. sweep, "--sweep-only", "--json"]);
        Assert.Equal(JsonValueKind.Null, Kind(only.Json, "file"));
        Assert.False(File.Exists(Path.Combine(decoder.Bundle, ProbeRecord.FileOf("swept"))));
        var rows = only.Json.GetProperty("sweep").EnumerateArray().ToList();
        Assert.InRange(rows.Count, 10, 13); // five poolings on two layers, then ensembles
        Assert.Equal(["bad-0", "bad-1", "bad-2"], rows[0].GetProperty("left_out").EnumerateArray().Select(f => f.GetProperty("fold").GetString()));
        Assert.Contains("left out of training", only.Json.GetProperty("rule").GetString(), StringComparison.Ordinal);

        var shown = await DoneAsync([.. sweep, "--sweep-only"]); // nothing to train any more
        Assert.DoesNotContain("pass", shown.Error, StringComparison.Ordinal);
        Assert.Contains("Chosen: ", shown.Output, StringComparison.Ordinal);
        var folder = Path.Combine(decoder.Bundle, "training");
        Assert.All(SweepFiles, end => Assert.True(new FileInfo(Path.Combine(folder, "swept" + end)).Length > 500, end));

        // The command that it ends with is the one that trains the winner.
        var design = Path.Combine(folder, "swept.design.json");
        Assert.Contains($"safeswitch train probe {decoder.Bundle} --states {decoder.States} --design {design}", string.Concat(shown.Output.Split('\n').Select(l => l.Trim() + " ")), StringComparison.Ordinal);
        await DoneAsync("--design", design, "--max-false-positive", "0.1");
        var trained = ProbeRecord.Read(Path.Combine(decoder.Bundle, ProbeRecord.FileOf("swept")));
        Assert.Equal("advice", trained.Description.Label);
        var again = await DoneAsync([.. sweep, "--json", "--force"]);
        Assert.Equal(trained.Description.Sha256, ProbeRecord.Read(Path.Combine(decoder.Bundle, ProbeRecord.FileOf("swept"))).Description.Sha256);
        Assert.Equal(again.Json.GetProperty("design").GetRawText(), only.Json.GetProperty("design").GetRawText());
    }

    [Theory]
    [InlineData("--epochs", "1")]
    [InlineData("--sweep", "--sweep-only")]
    public async Task A_label_of_no_letters_is_refused_before_training(params string[] arguments)
    {
        var run = await RunAsync(decoder.States, [.. arguments, "--name", "blank", "--label", " "]);
        Assert.NotEqual(ExitCodes.Done, run.ExitCode);
        Assert.Contains("label: found an empty text", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(decoder.Bundle, ProbeRecord.FileOf("blank"))));
    }

    [Fact]
    public async Task A_sweep_can_be_written_down_and_compares_designs_of_ones_own()
    {
        var plan = decoder.File("plan.json");
        await File.WriteAllTextAsync(plan, """
            {
              "layers": ["hidden_states"], "poolings": ["Last"], "ensemble_networks": 1,
              "designs": [{ "name": "mine", "stage": "Prompt", "members": [{ "pooling": "MeanState", "layers": ["hidden_states.1", "hidden_states.2"] }] }],
              "training": { "epochs": 2, "learning_rate": 0.002 }
            }
            """, TestContext.Current.CancellationToken);
        var run = await DoneAsync("--sweep", plan, "--name", "planned", "--rows-per-source", "10", "--json");
        Assert.Equal(
            [("last", "planned"), ("mean_state", "planned")],
            run.Json.GetProperty("sweep").EnumerateArray().Select(r => r.GetProperty("design")).Select(d => (d.GetProperty("members")[0].GetProperty("pooling").GetString(), d.GetProperty("name").GetString())));
        Assert.Equal(0.002f, ProbeRecord.Read(Path.Combine(decoder.Bundle, ProbeRecord.FileOf("planned"))).Training.LearningRate);

        await FailsAsync(ExitCodes.Usage, "--layers", "--sweep", plan, "--layers", "1");
        await File.WriteAllTextAsync(plan, """{ "pooling": ["Last"] }""", TestContext.Current.CancellationToken);
        await FailsAsync(ExitCodes.BadInput, "pooling", "--sweep", plan);
    }

    [Fact]
    public async Task Sources_left_out_are_told_beside_the_figures_of_known_ones()
    {
        var run = await DoneAsync("--name", "out", "--layers", "2", "--pooling", "last", "--epochs", "2", "--leave-one-source-out", "--rows-per-source", "10", "--json");
        var leftOut = run.Json.GetProperty("left_out").GetProperty("left_out").EnumerateArray().ToList();
        Assert.Equal(["bad-0", "bad-1", "bad-2"], leftOut.Select(f => f.GetProperty("fold").GetString()));
        Assert.True(leftOut.Sum(f => f.GetProperty("flagged").GetProperty("total").GetInt32()) is > 60 and <= 120); // all but test rows
    }

    [Fact]
    public async Task Without_validation_rows_a_fifth_is_set_aside()
    {
        var run = await RunAsync(decoder.TrainOnly, "--name", "fifth", "--layers", "2", "--pooling", "last", "--epochs", "2", "--json");
        Assert.True(run.ExitCode == ExitCodes.Done, run.Error);
        var figures = run.Json.GetProperty("figures");
        Assert.InRange(figures.GetProperty("positive").GetInt32() + figures.GetProperty("negative").GetInt32(), 40, 48);
    }

    [Fact]
    public async Task One_class_only_is_told_and_nothing_is_written()
    {
        foreach (var more in (string[][])[[], ["--sweep"]])
        {
            var run = await RunAsync(decoder.OneClass, ["--name", "none", "--epochs", "2", .. more]);
            Assert.NotEqual(ExitCodes.Done, run.ExitCode);
            Assert.Contains("class", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("bug in the tool", run.Error, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFiles(decoder.Bundle, "none.*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(ExitCodes.Usage, "hidden_states.7", "--layers", "7")]
    [InlineData(ExitCodes.Usage, "hidden_states.7", "--sweep", "--layers", "7")]
    [InlineData(ExitCodes.Usage, "'middle'", "--layers", "middle")]
    [InlineData(ExitCodes.Usage, "median", "--pooling", "median")]
    [InlineData(ExitCodes.Usage, "--hidden", "--hidden", "64,x")]
    [InlineData(ExitCodes.Usage, "--copies", "--copies", "0")]
    [InlineData(ExitCodes.Usage, "--max-false-positive", "--max-false-positive", "2")]
    [InlineData(ExitCodes.Usage, "nowhere", "--everyday-sets", "nowhere")]
    [InlineData(ExitCodes.Usage, "--unknown", "--unknown")]
    [InlineData(ExitCodes.BadInput, "missing.json", "--design", "missing.json")]
    [InlineData(ExitCodes.BadInput, "missing.json", "--sweep", "missing.json")]
    public async Task A_bad_option_is_told(int exitCode, string says, params string[] arguments) =>
        await FailsAsync(exitCode, says, ["--name", "bad", .. arguments]);

    [Fact]
    public async Task A_response_probe_needs_answers()
    {
        var run = await RunAsync(decoder.States, "--name", "response", "--stage", "response");
        Assert.NotEqual(ExitCodes.Done, run.ExitCode);
        Assert.Contains("answer", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("bug in the tool", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "last")]
    [InlineData(true, "last", "mean_state")]
    public async Task Few_states_are_swept_by_the_poolings_they_serve_and_refuse_others(bool pooled, params string[] poolings)
    {
        var states = pooled ? decoder.Pooled : decoder.LastOnly;
        var swept = await RunAsync(states, "--sweep", "--sweep-only", "--name", $"few-{pooled}", "--epochs", "2", "--rows-per-source", "10", "--json");
        Assert.Equal(poolings, swept.Json.GetProperty("sweep").EnumerateArray().Select(r => r.GetProperty("design").GetProperty("members")[0].GetProperty("pooling").GetString()).Distinct().Order());
        var rolling = await RunAsync(states, "--pooling", "rolling", "--epochs", "2");
        Assert.Equal(ExitCodes.BadInput, rolling.ExitCode);
        Assert.Contains("keep the states of all content positions", rolling.Error, StringComparison.Ordinal);
    }

    private static JsonValueKind Kind(JsonElement document, string name) =>
        document.TryGetProperty(name, out var value) ? value.ValueKind : JsonValueKind.Null;

    private Task<ToolRun> RunAsync(string states, params string[] arguments) =>
        Tool.RunAsync(["train", "probe", decoder.Bundle, "--states", states, .. arguments]);

    private async Task<ToolRun> DoneAsync(params string[] arguments)
    {
        var run = await RunAsync(decoder.States, arguments);
        Assert.True(run.ExitCode == ExitCodes.Done, $"{string.Join(' ', arguments)}\n{run.Error}");
        return run;
    }

    private async Task FailsAsync(int exitCode, string says, params string[] arguments)
    {
        var run = await RunAsync(decoder.States, arguments);
        Assert.True(run.ExitCode == exitCode, $"{string.Join(' ', arguments)}: exit code {run.ExitCode}\n{run.Error}");
        Assert.Contains(says, run.Error.ReplaceLineEndings(" "), StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(decoder.Bundle, ProbeRecord.FileOf("bad"))));
    }
}
