using Google.Protobuf;
using SafeSwitch.Toolkit.Graphs;
using SafeSwitch.Toolkit.Instrumentation;

namespace SafeSwitch.Toolkit.Tests.Instrumentation;

/// <summary>What can't be instrumented ends in an error that names the file and what to do, and leaves no output.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void No_logits() => Refused(Edit(graph => GraphRewriter.Rename(graph, "logits", "scores")), "no 'logits' output", "'present.0.key'", "'scores'");

    [Fact]
    public void No_input_ids() => Refused(Edit(graph =>
    {
        graph.Input.First(input => input.Name == "input_ids").Name = "pixels";
        foreach (var node in graph.Node)
            GraphRewriter.Reroute(node, "input_ids", "pixels");
    }), "no 'input_ids' input");

    [Fact]
    public void No_cache() => Refused(Edit(graph => GraphRewriter.Keep(graph.Output, output => output.Name == "logits")), "no decoder with a cache");

    [Fact]
    public void Two_candidate_heads() => Refused(Edit(graph =>
    {
        var head = graph.Node.First(node => node.Output[0] == graph.Node[^1].Input[0]);
        var second = head.Clone();
        (second.Name, second.Output[0]) = ("second", "second");
        graph.Node.Insert(graph.Node.Count - 1, second);
        graph.Node[^1].OpType = "Add";
        graph.Node[^1].Input.Add("second");
    }), "two candidate heads", "'second'");

    [Fact]
    public void A_head_of_unknown_kind() => Refused(Edit(graph => graph.Node[^2].OpType = "Einsum"), "Einsum");

    [Fact]
    public void A_layer_that_is_not_there() =>
        Refused(Edit(_ => { }), new InstrumentOptions { Layers = [2] }, "no layer 2", "0 (embeddings) to 1");

    [Fact]
    public void A_residual_stream_that_is_bypassed() => Refused(Edit(graph =>
    {
        // The embedding comes back at the end: no place that all paths go through is left between.
        var head = graph.Node[^2];
        graph.Node.Insert(graph.Node.Count - 2, Protos.Node("Add", [head.Input[0], graph.Node.First(node => node.OpType == "Gather").Output[0]], ["bypassed"]));
        head.Input[0] = "bypassed";
    }), new InstrumentOptions { Layers = [0, 1] }, "layer 1 can't be tapped", "final, 0");

    [Fact]
    public void A_truncated_graph()
    {
        var path = Edit(_ => { });
        var whole = File.ReadAllBytes(path);
        foreach (var length in new[] { 0, 1, 17, whole.Length / 2, whole.Length - 1 })
        {
            File.WriteAllBytes(path, whole[..length]);
            Refused(path, length == 0 ? "empty" : $"{length:N0} bytes");
        }
    }

    [Fact]
    public void What_is_no_graph_at_all()
    {
        File.WriteAllText(_folder.File("model.onnx"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n");
        Refused(_folder.File("model.onnx"), "model.onnx");
    }

    [Fact]
    public void More_than_a_protobuf_holds()
    {
        using (var stream = File.Create(_folder.File("model.onnx")))
            stream.SetLength(int.MaxValue + 1L);
        Refused(_folder.File("model.onnx"), "2 GB", "external data");
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("sub/../../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\secret")]
    [InlineData("..\\secret")]
    [InlineData("")]
    public void Weights_that_climb_out_of_the_folder(string location) =>
        Refused(Edit(graph => new ExternalData(location, 0, 4).ApplyTo(graph.Initializer[0])), "inside the model's folder", $"'{location}'");

    [Fact]
    public void Missing_weights() =>
        Refused(Edit(graph => new ExternalData("model.onnx.data", 0, 4).ApplyTo(graph.Initializer[0])), "'model.onnx.data'", "is missing");

    [Fact]
    public void Weights_cut_short()
    {
        var path = Edit(graph => new ExternalData("model.onnx.data", 100, 28).ApplyTo(graph.Initializer[0]));
        File.WriteAllBytes(_folder.File("model.onnx.data"), new byte[127]);
        Refused(path, "has 127 bytes", "ends at 128");
    }

    [Fact]
    public void No_configuration_at_all()
    {
        var path = Edit(_ => { });
        File.Delete(_folder.File("config.json"));
        Refused(path, "config.json");
    }

    [Fact]
    public void A_configuration_without_an_end_token()
    {
        var path = Edit(_ => { });
        File.WriteAllText(_folder.File("config.json"), """{"model_type": "x", "num_attention_heads": 1, "max_position_embeddings": 8}""");
        Refused(path, "eos_token_id");
    }

    [Fact]
    public void A_folder_without_a_model() => Refused(_folder.Path, "neither genai_config.json nor an .onnx file");

    [Fact]
    public void An_output_that_can_t_be_written_leaves_nothing_behind()
    {
        var path = Edit(_ => { });
        Directory.CreateDirectory(_folder.File("out", GraphNames.ServingGraph)); // a folder stands where the graph should go
        Assert.ThrowsAny<Exception>(() => Instrumenter.Instrument(path, _folder.File("out")));
        Assert.Empty(Directory.EnumerateFiles(_folder.File("out"), "*.tmp"));
        Assert.False(File.Exists(_folder.File("out", "genai_config.json")));
    }

    [Fact]
    public void Bf16_graphs_get_bf16_slots()
    {
        var model = GraphFile.Load(Edit(graph =>
        {
            foreach (var tensor in graph.Initializer.Where(tensor => tensor.DataType == (int)ElementType.Float32))
            {
                var upper = tensor.RawData.ToByteArray().Chunk(4).SelectMany(bytes => bytes[2..]).ToArray();
                (tensor.RawData, tensor.DataType) = (ByteString.CopyFrom(upper), (int)ElementType.BFloat16);
            }

            foreach (var value in graph.Input.Concat(graph.Output).Where(value => value.Type.TensorType.ElemType == (int)ElementType.Float32))
                value.Type.TensorType.ElemType = (int)ElementType.BFloat16;
        }));
        var instrumented = GraphInstrumenter.Instrument(DecoderGraph.Analyze("bf16", model), [1], GraphRole.Serving);
        Assert.All(instrumented.Graph.Initializer.Where(tensor => tensor.Name.StartsWith("lm_head.lora", StringComparison.Ordinal)), tensor => Assert.Equal((int)ElementType.BFloat16, tensor.DataType));
        Assert.Equal(2, instrumented.Graph.Initializer.First(tensor => tensor.Name == GraphNames.LoraGate).RawData.Length);
        Assert.All(instrumented.Graph.Output.Where(output => output.Name.StartsWith("hidden", StringComparison.Ordinal)), output => Assert.Equal((int)ElementType.BFloat16, output.Type.TensorType.ElemType));
    }

    private string Edit(Action<GraphProto> edit)
    {
        var (model, _) = MadeUpDecoder.Make(new DecoderForm());
        edit(model.Graph);
        GraphFile.Save(model, _folder.File("model.onnx"));
        File.WriteAllText(_folder.File("config.json"), """{"model_type": "x", "num_attention_heads": 1, "max_position_embeddings": 8, "eos_token_id": 2}""");
        return _folder.File("model.onnx");
    }

    private void Refused(string path, params string[] says) => Refused(path, new InstrumentOptions(), says);

    private void Refused(string path, InstrumentOptions options, params string[] says)
    {
        var error = Assert.Throws<GraphException>(() => Instrumenter.Instrument(path, _folder.File("out"), options));
        Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
        foreach (var part in says)
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("out")) && Directory.EnumerateFileSystemEntries(_folder.File("out")).Any(), "something was written");
    }
}
