using System.Security.Cryptography;
using SafeSwitch.Bundles;
using SafeSwitch.Instrumentation;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.Policies;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests;

/// <summary>A fixture decoder made a bundle in a folder of its own: instrumented, with a probe for each stage and two adapters.</summary>
internal sealed class InstrumentedModel : IDisposable
{
    public const string State = "hidden_states.2";

    private static readonly string[] StateNames = ["hidden_states", "hidden_states.0", State];

    private readonly TemporaryFolder folder = new();

    public InstrumentedModel(string family, string variant)
        : this(Fixtures.Decoder(family, variant))
    {
    }

    /// <param name="source">The decoder's folder.</param>
    public InstrumentedModel(string source)
    {
        var model = Instrumenter.Instrument(source, folder.Path, new InstrumentOptions { Layers = [0, 2] });
        HiddenSize = model.HiddenSize;
        VocabularySize = model.VocabularySize;
        var type = source.EndsWith("fp16", StringComparison.Ordinal) ? ElementType.Float16 : ElementType.Float32;
        WriteAdapter("refusal", seed: 1, type);
        WriteAdapter("other", seed: 2, type);
        WriteProbe("prompt");
        WriteProbe("response");
        Bundle.Write(folder.Path, Describe(model));
    }

    public string Folder => folder.Path;

    public int HiddenSize { get; }

    public int VocabularySize { get; }

    public IReadOnlyList<string> HiddenStates => StateNames;

    public IReadOnlyDictionary<string, string> Adapters { get; } = new Dictionary<string, string>
    {
        ["refusal"] = "refusal.onnx_adapter",
        ["other"] = "other.onnx_adapter",
    };

    public Bundle Open() => Bundle.Open(folder.Path);

    public void Dispose() => folder.Dispose();

    private BundleManifest Describe(Instrumentation.InstrumentedModel model) => new()
    {
        Schema = BundleManifest.CurrentSchema,
        Decoder = new DecoderDescription
        {
            Name = "fixture",
            Graph = model.ServingGraph,
            Files = [.. model.WeightFiles.Prepend(model.ServingGraph).Select(f => FileFingerprint.Compute(folder.Path, f))],
            HiddenSize = HiddenSize,
            VocabularySize = VocabularySize,
            HiddenStates = StateNames,
        },
        Files = FileDigest.OfFolder(folder.Path),
        Probes = [Probe("prompt", MonitorStage.Prompt), Probe("response", MonitorStage.Response)],
        Adapters = [.. Adapters.Select(a => new AdapterDescription { Name = a.Key, File = a.Value, Sha256 = Hash(a.Value), Rank = 4 })],
        Policies = new Dictionary<string, SafetyPolicy> { ["balanced"] = new() },
        DefaultPolicy = "balanced",
    };

    private ProbeDescription Probe(string name, MonitorStage stage) => new()
    {
        Name = name, File = $"{name}.onnx", Sha256 = Hash($"{name}.onnx"), Stage = stage, HiddenStates = [State], Pooling = "mean",
    };

    private string Hash(string file) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(folder.File(file))));

    private void WriteAdapter(string name, int seed, ElementType type)
    {
        const int Rank = 4;
        var random = new Random(seed);
        new AdapterFile
        {
            Tensors =
            [
                new AdapterTensor("lm_head.lora_A.weight", [HiddenSize, Rank], type, Numbers(HiddenSize * Rank)),
                new AdapterTensor("lm_head.lora_B.weight", [Rank, VocabularySize], type, Numbers(Rank * VocabularySize)),
            ],
        }.Save(folder.File(Adapters[name]));

        byte[] Numbers(int count) => [.. Enumerable.Range(0, count).SelectMany(_ =>
        {
            var number = (random.NextSingle() - 0.5f) * 2;
            return type == ElementType.Float16 ? BitConverter.GetBytes((Half)number) : BitConverter.GetBytes(number);
        })];
    }

    // Half the sigmoid of a projection of the mean state: somewhere between 0 and 1, and different for every prompt.
    private void WriteProbe(string name)
    {
        var random = new Random(name.Length);
        var graph = new GraphBuilder(name);
        var state = graph.Input(State, ElementType.Float32, "batch", "sequence", HiddenSize);
        var weights = graph.Initializer("weights", [.. Enumerable.Range(0, HiddenSize).Select(_ => random.NextSingle() - 0.5f)], HiddenSize, 1);
        var mean = graph.Node("ReduceMean", [state, graph.Integers(1)], null, ("keepdims", 0L));
        var positive = graph.Node("Sigmoid", [graph.Node("MatMul", [mean, weights])]);
        graph.Node("Concat", [graph.Node("Sub", [graph.Scalar(1), positive]), positive], "probability", ("axis", 1L));
        graph.Output("probability", ElementType.Float32, "batch", 2);
        graph.Save(folder.File($"{name}.onnx"));
    }
}
