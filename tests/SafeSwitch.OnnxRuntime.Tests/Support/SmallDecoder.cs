using System.Runtime.InteropServices;
using SafeSwitch.Instrumentation;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Graphs;

[assembly: AssemblyFixture(typeof(SafeSwitch.OnnxRuntime.Tests.Support.SmallDecoder))]

namespace SafeSwitch.OnnxRuntime.Tests.Support;

/// <summary>
/// A small random Llama of the repository, instrumented once for all tests: as it is, with a cache that the graph appends to in
/// place, and told to grow its cache. Beside each an adapter of rank 4.
/// </summary>
public sealed class SmallDecoder : IDisposable
{
    public const string Adapter = "refusal.onnx_adapter";
    public const int Width = 64;
    public const int Vocabulary = 384;
    public const int Context = 256;

    private readonly TemporaryFolder temporary = new();

    public SmallDecoder()
    {
        foreach (var folder in new[] { Shared, Growing })
        {
            Instrumenter.Instrument(Source, folder, new InstrumentOptions { Layers = [0, 1, 2] });
            WriteAdapter(Path.Combine(folder, Adapter), Width, Vocabulary, rank: 4);
        }

        var config = Path.Combine(Growing, "genai_config.json");
        var text = File.ReadAllText(config);
        var changed = text.Replace("\"past_present_share_buffer\": true", "\"past_present_share_buffer\": false", StringComparison.Ordinal);
        Assert.NotEqual(text, changed);
        File.WriteAllText(config, changed);
    }

    public static string Source => Fixtures.Decoder("llama", "fp32");

    public string Shared => temporary.File("shared");

    public string Growing => temporary.File("growing");

    public static int[] Prompt(int seed, int length)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(3, Vocabulary))];
    }

    public OnnxLanguageModel Load(bool sharesCache = true, string? graph = null) =>
        Load(sharesCache ? Shared : Growing, graph, withAdapter: true);

    /// <summary>One whose sequences share the machine as the options say.</summary>
    public OnnxLanguageModel Load(Action<OnnxRuntimeOptions> configure)
    {
        var options = TestProvider.Options(threads: 1);
        configure(options);
        return Load(Shared, graph: null, withAdapter: true, options);
    }

    public static OnnxLanguageModel Load(string folder, string? graph = null, bool withAdapter = false, OnnxRuntimeOptions? options = null) => OnnxLanguageModel.Load(
        folder,
        graph,
        withAdapter ? new Dictionary<string, string> { ["refusal"] = Adapter } : null,
        options ?? TestProvider.Options(threads: 1));

    public static void WriteAdapter(string path, int width, int vocabulary, int rank, ElementType type = ElementType.Float32, int rankOfB = 0)
    {
        var random = new Random(7);
        new AdapterFile { Tensors = [Tensor("lm_head.lora_A.weight", width, rank), Tensor("lm_head.lora_B.weight", rankOfB > 0 ? rankOfB : rank, vocabulary)] }.Save(path);

        AdapterTensor Tensor(string name, int rows, int columns)
        {
            var values = Enumerable.Range(0, rows * columns).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray();
            return new AdapterTensor(name, [rows, columns], type, type == ElementType.Float16
                ? MemoryMarshal.AsBytes(Array.ConvertAll(values, v => (Half)v).AsSpan()).ToArray()
                : MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
        }
    }

    /// <summary>A copy of the shared folder, for a test that damages it.</summary>
    internal TemporaryFolder Copy()
    {
        var copy = new TemporaryFolder();
        foreach (var file in Directory.EnumerateFiles(Shared))
            File.Copy(file, copy.File(Path.GetFileName(file)));
        return copy;
    }

    public void Dispose() => temporary.Dispose();
}
