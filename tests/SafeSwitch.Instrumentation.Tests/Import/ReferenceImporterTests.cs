using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Instrumentation.Import;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Policies;

namespace SafeSwitch.Instrumentation.Tests.Import;

public sealed class ReferenceImporterTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("prompt-mlp64", MonitorStage.Prompt, "hidden_states", 0, "safety")]
    [InlineData("compliance-mlp64", MonitorStage.Response, "hidden_states", 3, "response")]
    [InlineData("direct-linear", MonitorStage.Prompt, "hidden_states", 0, "both")]
    [InlineData("deep", MonitorStage.Prompt, "hidden_states.2", 0, "safety")]
    [InlineData("bf16", MonitorStage.Prompt, "hidden_states", 0, "safety")]
    public void A_prober_computes_what_it_did(string name, MonitorStage stage, string states, int pilot, string label)
    {
        var path = Fixtures.ReferenceImplementation("probers", name);
        var golden = new GoldenTensors(Path.Combine(path, "golden.safetensors"));
        var probe = ReferenceImporter.ImportProber(path, folder.File("probe.onnx"), new ImportOptions { Model = Decoder });
        Assert.Equal((stage, states, 64, pilot, label), (probe.Stage, probe.HiddenStates, probe.HiddenSize, probe.PilotTokens, probe.Label));

        // Two positions a row; the first must not matter.
        var x = golden.Singles("x");
        var rows = x.Length / 64;
        float[] input = [.. Enumerable.Range(0, rows).SelectMany(row => Enumerable.Repeat(7f, 64).Concat(x.AsSpan(row * 64, 64).ToArray()))];
        using var session = new InferenceSession(probe.File);
        using var value = OrtValue.CreateTensorValueFromMemory(input, [rows, 2, 64]);
        using var options = new RunOptions();
        using var results = session.Run(options, [states], [value], ["probability"]);
        Assert.Equal([rows, 2], results[0].GetTensorTypeAndShape().Shape);
        RealDecoderTests.Near(golden.Singles("probability"), DecoderRun.Singles(results[0]), name == "bf16" ? 1e-2f : 1e-5f, name);
    }

    [Theory]
    [InlineData("low-rank", 6)]
    [InlineData("bf16", null)]
    [InlineData("full-rank", null)]
    public void A_head_becomes_the_adapter_that_keeps_what_it_says(string name, int? rank)
    {
        var path = Fixtures.ReferenceImplementation("heads", name);
        var golden = new GoldenTensors(Path.Combine(path, "golden.safetensors"));
        var energies = golden.Singles("retained_energy");
        foreach (var energy in new[] { 0.5, 0.9, 0.99999 })
        {
            var adapter = ReferenceImporter.ImportHead(path, folder.File("a.onnx_adapter"), new ImportOptions { Model = Decoder, RetainedEnergy = energy });
            Assert.Equal(energies.TakeWhile(kept => kept < energy - 1e-6).Count() + 1, adapter.Rank);
            Assert.Equal(energies[adapter.Rank - 1], adapter.RetainedEnergy, 1e-3);
            Assert.Equal(Math.Sqrt(1 - adapter.RetainedEnergy), adapter.RelativeError, 1e-9);
            if (energy < 0.9999)
                continue;
            if (rank is not null)
                Assert.Equal(rank, adapter.Rank);
            var logits = Adapted(golden, adapter);
            RealDecoderTests.Near(golden.Singles("logits"), logits, name == "low-rank" ? 1e-4f : 5e-2f, name);
        }
    }

    [Fact]
    public void A_quantised_base_gives_the_same_head_back()
    {
        // The change is taken to the head as it is quantised, so base and adapter together give the new head.
        var path = Fixtures.ReferenceImplementation("heads", "low-rank");
        var adapter = ReferenceImporter.ImportHead(
            path, folder.File("a.onnx_adapter"), new ImportOptions { Model = Fixtures.Decoder("llama", "int8"), RetainedEnergy = 1, MaximalRank = 64 });
        Assert.InRange(adapter.Rank, 7, 64); // the quantisation's own error is part of the change
        Assert.Equal(1, adapter.RetainedEnergy, 1e-6);
    }

    public static TheoryData<string> Refused =>
        ["cut-short", "empty", "eval", "nan", "no-stop", "not-a-pickle", "os-system", "other-names", "other-width", "storage-missing", "storage-too-small", "text"];

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_must_be_refused_is_and_nothing_is_run_or_written(string name)
    {
        File.Copy(Fixtures.ReferenceImplementation("refused", $"{name}.pth"), folder.File("model_weights.pth"));
        File.Copy(Fixtures.ReferenceImplementation("probers", "prompt-mlp64", "args.json"), folder.File("args.json"));
        var error = Assert.Throws<ImportException>(() =>
            ReferenceImporter.ImportProber(folder.Path, folder.File("probe.onnx"), new ImportOptions { Model = Decoder }));
        Assert.Contains(folder.File("model_weights.pth"), error.Message, StringComparison.Ordinal);
        Assert.Equal(["args.json", "model_weights.pth"], Directory.GetFiles(folder.Path).Select(Path.GetFileName).Order());
        Assert.False(File.Exists("this-must-never-exist"));
        Assert.Contains(name switch
        {
            "eval" => "'__builtin__.eval'",
            "os-system" => "'posix.system'",
            "nan" => "not finite",
            "no-stop" => "ends without a stop",
            "other-names" => "'layers.0.weight'",
            "other-width" => "width 32",
            "storage-missing" => "missing",
            "storage-too-small" => "expected",
            "not-a-pickle" => "mark",
            _ => "not a whole .pth",
        }, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_old_format_is_refused_by_name() =>
        Assert.Contains("old format", Assert.Throws<ImportException>(() => ReferenceImporter.ImportProber(
            Fixtures.ReferenceImplementation("probers", "legacy-format"), folder.File("probe.onnx"))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_head_of_another_model_is_refused() =>
        Assert.Contains("another model", Assert.Throws<ImportException>(() => ReferenceImporter.ImportHead(
            Fixtures.ReferenceImplementation("heads", "low-rank"),
            folder.File("a.onnx_adapter"),
            new ImportOptions { Model = Fixtures.ShippedBundle("model.onnx") })).Message, StringComparison.Ordinal);

    private static string Decoder => Fixtures.Decoder("llama", "fp32");

    private static float[] Adapted(GoldenTensors golden, ImportedAdapter adapter)
    {
        var tensors = AdapterFile.Load(adapter.File).Tensors;
        var (a, b) = (MemoryMarshal.Cast<byte, float>(tensors[0].Data.Span).ToArray(), MemoryMarshal.Cast<byte, float>(tensors[1].Data.Span).ToArray());
        var (hidden, logits) = (golden.Singles("hidden"), golden.Singles("base_logits"));
        for (var row = 0; row < hidden.Length / 64; row++)
        {
            for (var r = 0; r < adapter.Rank; r++)
            {
                var narrow = Enumerable.Range(0, 64).Sum(i => hidden[row * 64 + i] * a[i * adapter.Rank + r]);
                for (var token = 0; token < 384; token++)
                    logits[row * 384 + token] += narrow * b[r * 384 + token];
            }
        }

        return logits;
    }
}
