using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Instrumentation.Import;
using SafeSwitch.Instrumentation.Inspection;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.Tokenization;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Tests;

/// <summary>
/// Files of every kind that are read besides graphs, cut and damaged at random. Each is read, or refused by the one exception of its
/// kind, whose message names it.
/// </summary>
public sealed class DamagedFileTests : IDisposable
{
    private const string Layer = "hidden_states";
    private const int Width = 8;

    private static readonly int[] RefusalTokens = [1, 2];

    private readonly TemporaryFolder temporary = new();

    public void Dispose() => temporary.Dispose();

    [Theory]
    [InlineData("model_weights.pth")]
    [InlineData("args.json")]
    public void A_prober(string file)
    {
        foreach (var part in (string[])["model_weights.pth", "args.json"]) // read and written, since the fixtures may be read-only
            File.WriteAllBytes(temporary.File(part), File.ReadAllBytes(Fixtures.ReferenceImplementation("probers", "prompt-mlp64", part)));
        Survive<ImportException>(file, () =>
        {
            ProberArguments.Read(temporary.Path);
            using var weights = TorchFile.Open(temporary.File("model_weights.pth"));
            foreach (var name in weights.Tensors.Keys)
                weights.Read(name);
        });
    }

    [Fact]
    public void An_adapter()
    {
        new AdapterFile
        {
            Tensors =
            [
                new AdapterTensor("lm_head.lora_A.weight", [Width, 2], ElementType.Float32, new byte[Width * 2 * 4]),
                new AdapterTensor("lm_head.lora_B.weight", [2, 3], ElementType.Float32, new byte[2 * 3 * 4]),
            ],
        }.Save(temporary.File("a.onnx_adapter"));
        Survive<GraphException>("a.onnx_adapter", () => AdapterFile.Load(temporary.File("a.onnx_adapter")));
    }

    [Theory]
    [InlineData("collection.json")]
    [InlineData("1-of-1-00000.jsonl")]
    [InlineData("1-of-1-00000.safetensors")]
    public void Collected_states(string file)
    {
        WriteStates();
        Survive<DataException>(file, () =>
        {
            using var store = StateStore.Open(temporary.Path);
            for (var row = 0; row < store.Rows.Count; row++)
            {
                _ = store.Content(row, store.Layers[0]).Length + store.Last(row, store.Layers[0]).Length + store.Pilot(row, store.Layers[0]).Length;
                _ = store.RefusalStates(row).Length + store.RefusalTokens(row).Length;
            }
        });
    }

    [Theory]
    [InlineData(ModelFolder.GenAIConfigFile)]
    [InlineData(ModelFolder.HubConfigFile)]
    public void A_models_configuration(string file)
    {
        GraphFile.Save(MadeUpDecoder.Make(new DecoderForm()).Model, temporary.File("model.onnx"));
        File.WriteAllText(
            temporary.File(ModelFolder.HubConfigFile),
            """{"model_type": "made-up", "num_attention_heads": 1, "max_position_embeddings": 64, "eos_token_id": [2, 3], "bos_token_id": 1}""");
        if (file == ModelFolder.GenAIConfigFile)
        {
            var folder = ModelFolder.Open(temporary.Path);
            var decoder = DecoderGraph.Analyze(folder.Graph, GraphFile.Load(folder.Graph));
            File.WriteAllText(temporary.File(file), GenAIConfig.For(folder, decoder, "model.onnx"));
        }

        Survive<GraphException>(file, () =>
        {
            Inspector.Inspect(temporary.Path);
            var folder = ModelFolder.Open(temporary.Path);
            GenAIConfig.For(folder, DecoderGraph.Analyze(folder.Graph, GraphFile.Load(folder.Graph), folder.Logits), "model.serving.onnx");
        });
    }

    [Fact]
    public void A_manifest()
    {
        File.WriteAllBytes(temporary.File(Bundle.ManifestFile), File.ReadAllBytes(Fixtures.ShippedBundle(Bundle.ManifestFile)));
        Survive<BundleException>(Bundle.ManifestFile, () => Bundle.Read(temporary.Path));
    }

    [Fact]
    public void A_tokenizer()
    {
        File.WriteAllText(temporary.File("tokenizer.json"), """
            {"added_tokens": [{"id": 5, "content": "<x>", "special": true}], "normalizer": {"type": "NFC"}, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false},
             "decoder": {"type": "ByteLevel"}, "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2, "d": 3, "ab": 4}, "merges": ["a b"]}}
            """);
        Survive<TokenizerFormatException>("tokenizer.json", () => TokenizerModel.LoadFile(temporary.File("tokenizer.json")).Encode("abcd<x> cab"));
    }

    private void Survive<TDocumented>(string file, Action read)
        where TDocumented : Exception
    {
        var path = temporary.File(file);
        var whole = File.ReadAllBytes(path);
        read();
        var refused = 0;
        foreach (var (bytes, what) in Damaged(whole))
        {
            File.WriteAllBytes(path, bytes);
            try
            {
                read();
            }
            catch (TDocumented exception)
            {
                refused++;
                Assert.Contains(temporary.Path, exception.Message, StringComparison.Ordinal);
            }
            catch (Exception exception)
            {
                Assert.Fail($"{file}, {what}: {exception}");
            }
        }

        Assert.True(refused > 20, $"{refused} refused");
    }

    private static IEnumerable<(byte[] Bytes, string What)> Damaged(byte[] whole)
    {
        for (var length = 0; length < whole.Length; length += Math.Max(1, whole.Length / 120))
            yield return (whole[..length], $"cut at {length}");
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var bytes = whole.ToArray();
            for (var strokes = random.Next(1, 4); strokes > 0; strokes--)
            {
                // Half the strokes near an end, where headers and directories stand.
                var at = seed % 2 == 0 ? random.Next(bytes.Length) : seed % 4 == 1 ? random.Next(Math.Min(512, bytes.Length)) : bytes.Length - 1 - random.Next(Math.Min(512, bytes.Length));
                bytes[at] = random.Next(3) switch { 0 => (byte)(bytes[at] ^ (1 << random.Next(8))), 1 => (byte)random.Next(256), _ => 255 };
            }

            yield return (bytes, $"seed {seed}");
        }
    }

    private void WriteStates()
    {
        var description = new CollectionDescription { Model = "made up", Fingerprint = "made up", Width = Width, Layers = [Layer] };
        description.Claim(temporary.Path);
        var writer = new ShardWriter(description);
        for (var i = 0; i < 3; i++)
        {
            var data = new DataRow { Id = $"{i}", Set = "s", Source = "made up", Messages = [PromptMessage.User("a request")], Harmful = i % 2 == 0, Split = "train" };
            var row = new PendingRow(new EncodedRow(new CollectionRequest(data), new EncodedPrompt(new int[2], new float[2]), RefusalTokens), [Layer], Width);
            row.Result = row.Result with { Positions = 1, Refusal = new RefusalTarget("kind", "No."), RefusalTokens = 2 };
            row.Append(Layer, 2).Clear();
            row.AppendRefusal().Clear();
            writer.Add(row);
        }

        writer.Write(temporary.Path, "1-of-1-00000");
    }
}
