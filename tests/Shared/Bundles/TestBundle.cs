using System.Runtime.InteropServices;
using System.Security.Cryptography;
using SafeSwitch.Bundles;
using SafeSwitch.Instrumentation;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.Policies;

namespace SafeSwitch.Tests;

/// <summary>
/// A whole bundle of a tiny decoder with random weights, probes and adapter: what it says means nothing, but everything runs.
/// Scores spread around one half, so that policies at thresholds near it decide differently.
/// </summary>
internal sealed class TestBundle : IDisposable
{
    private const int Rank = 2;

    private TestBundle(string root) => Root = root;

    /// <summary>A folder of the test's own.</summary>
    public string Root { get; }

    public string Folder => Path.Combine(Root, "bundle");

    /// <summary>A prompt probe that belongs to no bundle.</summary>
    public string ReferenceProbe => Path.Combine(Root, "reference.onnx");

    /// <summary>The response probe that goes with it.</summary>
    public string ReferenceResponseProbe => Path.Combine(Root, "reference-response.onnx");

    /// <summary>Makes one.</summary>
    public static TestBundle Create()
    {
        var source = Fixtures.Decoder("llama", "fp32");
        var bundle = new TestBundle(Directory.CreateTempSubdirectory("safeswitch-").FullName);
        var model = Instrumenter.Instrument(source, bundle.Folder, new InstrumentOptions { Layers = [2] });
        SaveProbe(Path.Combine(bundle.Folder, "prompt.onnx"), "hidden_states.2", model.HiddenSize, seed: 1);
        SaveProbe(Path.Combine(bundle.Folder, "response.onnx"), "hidden_states", model.HiddenSize, seed: 2);
        SaveProbe(bundle.ReferenceProbe, "hidden_states", model.HiddenSize, seed: 3);
        SaveProbe(bundle.ReferenceResponseProbe, "hidden_states", model.HiddenSize, seed: 4);
        SaveAdapter(Path.Combine(bundle.Folder, "refusal.onnx_adapter"), model.HiddenSize, model.VocabularySize);
        Bundle.Write(bundle.Folder, Describe(bundle.Folder, model));
        return bundle;
    }

    /// <summary>Writes a data file of prompts in the test's folder.</summary>
    public string Data(string name, params string[] lines)
    {
        var path = Path.Combine(Root, name);
        File.WriteAllLines(path, lines);
        return path;
    }

    /// <summary>Rows of every form, half of them harmful.</summary>
    public string Rows(int count) => Data("rows.jsonl", [.. Enumerable.Range(0, count).Select(i =>
        $$"""{"id": "r{{i}}", "prompt": "{{new string((char)('a' + (i % 26)), 3 + (i * 7 % 11))}} request {{i}}", "harmful": {{(i % 2 == 0 ? "true" : "false")}}, "source": "s{{i % 3}}", "split": "{{(i % 5 == 4 ? "train" : "test")}}"{{(i % 4 == 3 ? ", \"wrapper\": \"w\"" : "")}}}""")]);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static BundleManifest Describe(string folder, InstrumentedModel model) => new()
    {
        Schema = BundleManifest.CurrentSchema,
        Decoder = new DecoderDescription
        {
            Name = "tiny",
            Graph = model.ServingGraph,
            TrainingGraph = model.TrainingGraph,
            Files = [.. model.WeightFiles.Prepend(model.ServingGraph).Select(f => FileFingerprint.Compute(folder, f))],
            HiddenSize = model.HiddenSize,
            VocabularySize = model.VocabularySize,
            HiddenStates = model.HiddenStates,
        },
        Files = FileDigest.OfFolder(folder),
        Probes =
        [
            Probe(folder, "prompt", MonitorStage.Prompt, "hidden_states.2"),
            Probe(folder, "response", MonitorStage.Response, "hidden_states"),
        ],
        Adapters = [new AdapterDescription { Name = "refusal", File = "refusal.onnx_adapter", Sha256 = Sha256(folder, "refusal.onnx_adapter"), Rank = Rank }],
        Policies = new Dictionary<string, SafetyPolicy>
        {
            ["permissive"] = new() { PromptThreshold = 0.6, ResponseThreshold = 0.5 },
            ["balanced"] = new() { PromptThreshold = 0.5, ResponseThreshold = 0.4 },
            ["strict"] = new() { PromptThreshold = 0.3, Stages = GuardStages.Prompt },
        },
        DefaultPolicy = "balanced",
    };

    private static ProbeDescription Probe(string folder, string name, MonitorStage stage, string states) => new()
    {
        Name = name,
        File = name + ".onnx",
        Sha256 = Sha256(folder, name + ".onnx"),
        Stage = stage,
        HiddenStates = [states],
        Pooling = "mean",
    };

    private static string Sha256(string folder, string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, file))));

    private static void SaveProbe(string path, string states, int width, int seed)
    {
        var random = new Random(seed);
        var weights = Enumerable.Range(0, width).Select(_ => (random.NextSingle() - 0.5f) * 4).ToArray();
        var graph = new GraphBuilder("probe");
        graph.Input(states, ElementType.Float32, "batch", "sequence", width);
        var mean = graph.Node("ReduceMean", [states, graph.Integers(1)], attributes: ("keepdims", 0L));
        graph.Node("Sigmoid", [graph.Node("MatMul", [mean, graph.Initializer("weights", weights, width, 1)])], "probability");
        graph.Output("probability", ElementType.Float32, "batch", 1);
        graph.Save(path);
    }

    private static void SaveAdapter(string path, int width, int vocabulary)
    {
        var random = new Random(7);
        new AdapterFile { Tensors = [Tensor("lm_head.lora_A.weight", width, Rank), Tensor("lm_head.lora_B.weight", Rank, vocabulary)] }.Save(path);

        AdapterTensor Tensor(string name, int rows, int columns)
        {
            var values = Enumerable.Range(0, rows * columns).Select(_ => random.NextSingle() - 0.5f).ToArray();
            return new AdapterTensor(name, [rows, columns], ElementType.Float32, MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        }
    }
}
