using Google.Protobuf;
using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Instrumentation.Rewriting;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Tests;

/// <summary>What can't be instrumented ends in an error that names the file and what to do, and leaves no output.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();

    public void Dispose() => temporary.Dispose();

    [Fact]
    public void A_decoder_without_logits_is_refused() => Refused(Edit(graph => GraphRewriter.Rename(graph, "logits", "scores")), "no 'logits' output", "'present.0.key'", "'scores'");

    [Fact]
    public void A_decoder_without_input_ids_is_refused() => Refused(Edit(graph =>
    {
        graph.Input.First(input => input.Name == "input_ids").Name = "pixels";
        foreach (var node in graph.Node)
            GraphRewriter.Reroute(node, "input_ids", "pixels");
    }), "no 'input_ids' input");

    [Fact]
    public void A_decoder_without_a_cache_is_refused() => Refused(Edit(graph => GraphRewriter.Keep(graph.Output, output => output.Name == "logits")), "not a decoder with a cache");

    [Fact]
    public void Two_candidate_heads_are_refused() => Refused(Edit(graph =>
    {
        var head = graph.Node.First(node => node.Output[0] == graph.Node[^1].Input[0]);
        var second = head.Clone();
        (second.Name, second.Output[0]) = ("second", "second");
        graph.Node.Insert(graph.Node.Count - 1, second);
        graph.Node[^1].OpType = "Add";
        graph.Node[^1].Input.Add("second");
    }), "two candidate heads", "'second'");

    [Fact]
    public void A_head_of_unknown_kind_is_refused() => Refused(Edit(graph => graph.Node[^2].OpType = "Einsum"), "Einsum");

    [Fact]
    public void A_layer_that_is_not_there_is_refused() =>
        Refused(Edit(_ => { }), new InstrumentOptions { Layers = [2] }, "no layer 2", "0 (embeddings) to 1");

    [Fact]
    public void A_residual_stream_that_is_bypassed_is_refused() => Refused(Edit(graph =>
    {
        // The embedding comes back at the end: no place that all paths go through is left between.
        var head = graph.Node[^2];
        graph.Node.Insert(graph.Node.Count - 2, Protos.Node("Add", [head.Input[0], graph.Node.First(node => node.OpType == "Gather").Output[0]], ["bypassed"]));
        head.Input[0] = "bypassed";
    }), new InstrumentOptions { Layers = [0, 1] }, "layer 1 can't be tapped", "final, 0");

    [Fact]
    public void A_merged_decoder_is_refused() => Refused(Edit(graph =>
    {
        // Both branches compute everything; only the choice between them is outside.
        var body = new GraphProto { Name = "branch", Output = { graph.Output.Select(output => output.Clone()) }, Node = { graph.Node.Select(node => node.Clone()) } };
        var choice = Protos.Node("If", ["use_cache_branch"], [.. graph.Output.Select(output => output.Name)]);
        choice.Attribute.AddRange([new AttributeProto { Name = "then_branch", G = body, Type = 5 }, new AttributeProto { Name = "else_branch", G = body.Clone(), Type = 5 }]);
        graph.Node.Clear();
        graph.Node.Add(choice);
        graph.Input.Add(Protos.Value("use_cache_branch", ElementType.Boolean, 1));
    }), "merged decoder", "use_cache_branch", "without merging");

    [Fact]
    public void A_head_inside_a_branch_is_refused() => Refused(Edit(graph =>
    {
        var head = graph.Node[^2];
        var body = new GraphProto { Name = "branch", Output = { new ValueInfoProto { Name = head.Output[0] + ".inner" } }, Node = { head.Clone() } };
        body.Node[0].Output[0] += ".inner";
        graph.Initializer.Add(Protos.Tensor("yes", ElementType.Boolean, [1]));
        var choice = Protos.Node("If", ["yes"], [head.Output[0]]);
        choice.Attribute.AddRange([new AttributeProto { Name = "then_branch", G = body, Type = 5 }, new AttributeProto { Name = "else_branch", G = body.Clone(), Type = 5 }]);
        graph.Node[graph.Node.IndexOf(head)] = choice;
    }), "inside If", "without merged branches");

    [Fact]
    public void The_decoder_of_an_encoder_decoder_is_refused() =>
        Refused(Edit(graph => graph.Input.Add(Protos.Value("encoder_hidden_states", ElementType.Float32, "b", "s", 8))), "encoder-decoder", "'encoder_hidden_states'");

    [Fact]
    public void A_decoder_whose_embedding_is_elsewhere_is_refused() => Refused(Edit(graph =>
    {
        var embedding = graph.Node.First(node => node.OpType == "Gather");
        graph.Node.Remove(embedding);
        GraphRewriter.Rename(graph, embedding.Output[0], "inputs_embeds");
        graph.Input[0] = Protos.Value("inputs_embeds", ElementType.Float32, "b", "s", 8);
    }), "'inputs_embeds'", "with the embedding");

    [Fact]
    public void A_graph_that_takes_no_past_is_refused() => Refused(Edit(graph =>
    {
        foreach (var past in graph.Input.Where(input => input.Name.StartsWith("past", StringComparison.Ordinal)).ToList())
        {
            graph.Input.Remove(past);
            graph.Initializer.Add(Protos.Tensor(past.Name, ElementType.Float32, [], 1, 1, 0, 8));
        }
    }), "takes none ('past…')", "model.onnx");

    [Fact]
    public void Paged_attention_is_refused() => Refused(Edit(graph => graph.Input[0] = Protos.Value("input_ids", ElementType.Int64, "tokens")), "1 dimensions", "paged attention");

    [Fact]
    public void A_head_behind_a_function_of_the_model_is_refused()
    {
        var path = Edit(graph => graph.Node[^2].OpType = "Linear");
        var model = GraphFile.Load(path);
        model.Functions.Add(new FunctionProto { Name = "Linear", Domain = "own" });
        GraphFile.Save(model, path);
        Refused(path, "'Linear'", "function", "inlined");
    }

    [Fact]
    public void A_head_for_a_part_of_the_vocabulary_is_refused() => Refused(Edit(graph =>
    {
        foreach (var (name, value) in new[] { ("from", 0L), ("to", 10L), ("axis", -1L) })
            graph.Initializer.Add(Protos.Tensor(name, [value], 1));
        graph.Node[^1].OpType = "Slice";
        graph.Node[^1].Input.AddRange(["from", "to", "axis"]);
    }), "Slice", "part of the vocabulary");

    [Fact]
    public void A_stream_of_another_width_than_the_head_s_is_refused()
    {
        var path = Edit(graph =>
        {
            var head = graph.Node[^2];
            graph.Initializer.Add(Protos.Tensor("project_out", new float[8 * 4], 8, 4));
            graph.Initializer.Add(Protos.Tensor("narrow_head", new float[4 * 12], 4, 12));
            graph.Node.Insert(graph.Node.IndexOf(head), Protos.Node("MatMul", [head.Input[0], "project_out"], ["projected"]));
            (head.Input[0], head.Input[1]) = ("projected", "narrow_head");
        });
        Refused(path, new InstrumentOptions { Layers = [1] }, "layer 1 can't be tapped", "8 wide", "the head reads 4", "Choose among final.");
        Assert.Equal(4, Instrumenter.Instrument(path, temporary.File("out")).HiddenSize);
    }

    [Fact]
    public void Nodes_in_a_circle_are_refused() => Refused(Edit(graph => graph.Node[3].Input[0] = graph.Node[^2].Output[0]), "waits for its own result");

    [Fact]
    public void A_tensor_that_is_made_twice_is_refused() => Refused(Edit(graph => graph.Node[4].Output[0] = graph.Node[3].Output[0]), "is made twice");

    [Fact]
    public void A_truncated_graph_is_refused()
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
    public void What_is_not_a_graph_at_all_is_refused()
    {
        File.WriteAllText(temporary.File("model.onnx"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n");
        Refused(temporary.File("model.onnx"), "model.onnx");
    }

    [Fact]
    public void More_than_a_protobuf_holds_is_refused()
    {
        using (var stream = File.Create(temporary.File("model.onnx")))
            stream.SetLength(int.MaxValue + 1L);
        Refused(temporary.File("model.onnx"), "2 GB", "external data");
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("sub/../../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("C:\\secret")]
    [InlineData("..\\secret")]
    [InlineData("")]
    public void Weights_that_climb_out_of_the_folder_are_refused(string location) =>
        Refused(Edit(graph => new ExternalData(location, 0, 4).ApplyTo(graph.Initializer[0])), "inside the model's folder", $"'{location}'");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Weights_that_a_link_takes_out_of_the_folder_are_refused(bool throughFolder)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "making links needs a right of its own on Windows");
        var elsewhere = Directory.CreateDirectory(temporary.File("elsewhere")).FullName;
        File.WriteAllBytes(Path.Combine(elsewhere, "secret"), new byte[64]);
        var model = Directory.CreateDirectory(temporary.File("model")).FullName;
        var path = Edit(graph => new ExternalData(throughFolder ? "sub/secret" : "weights", 0, 4).ApplyTo(graph.Initializer[0]));
        File.Move(path, Path.Combine(model, "model.onnx"));
        File.Move(temporary.File("config.json"), Path.Combine(model, "config.json"));
        if (throughFolder)
            Directory.CreateSymbolicLink(Path.Combine(model, "sub"), elsewhere);
        else
            File.CreateSymbolicLink(Path.Combine(model, "weights"), Path.Combine(elsewhere, "secret"));
        Refused(model, "outside the model's folder", elsewhere);
    }

    [Fact]
    public void Weights_that_a_download_cache_links_beside_the_graph_s_own_link_are_taken()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "making links needs a right of its own on Windows");
        var path = Edit(graph => new ExternalData("weights", 0, graph.Initializer[0].RawData.Length).ApplyTo(graph.Initializer[0]));
        var store = Directory.CreateDirectory(temporary.File("blobs")).FullName;
        var model = Directory.CreateDirectory(temporary.File("snapshot")).FullName;
        File.Move(path, Path.Combine(store, "1a"));
        File.WriteAllBytes(Path.Combine(store, "2b"), new byte[1024]);
        File.Move(temporary.File("config.json"), Path.Combine(model, "config.json"));
        File.CreateSymbolicLink(Path.Combine(model, "model.onnx"), "../blobs/1a");
        File.CreateSymbolicLink(Path.Combine(model, "weights"), "../blobs/2b");
        var result = Instrumenter.Instrument(model, temporary.File("out"));
        Assert.Contains("weights", result.WeightFiles);
        Assert.Null(new FileInfo(temporary.File("out", "weights")).LinkTarget);
    }

    [Fact]
    public void Missing_weights_are_refused() =>
        Refused(Edit(graph => new ExternalData("model.onnx.data", 0, 4).ApplyTo(graph.Initializer[0])), "'model.onnx.data'", "is missing");

    [Fact]
    public void Weights_cut_short_are_refused()
    {
        var path = Edit(graph => new ExternalData("model.onnx.data", 100, 28).ApplyTo(graph.Initializer[0]));
        File.WriteAllBytes(temporary.File("model.onnx.data"), new byte[127]);
        Refused(path, "has 127 bytes", "ends at 128");
    }

    [Fact]
    public void A_folder_without_a_configuration_is_refused()
    {
        var path = Edit(_ => { });
        File.Delete(temporary.File("config.json"));
        Refused(path, "config.json");
    }

    [Fact]
    public void A_configuration_without_an_end_token_is_refused()
    {
        var path = Edit(_ => { });
        File.WriteAllText(temporary.File("config.json"), """{"model_type": "x", "num_attention_heads": 1, "max_position_embeddings": 8}""");
        Refused(path, "eos_token_id");
    }

    [Fact]
    public void A_folder_without_a_model_is_refused() => Refused(temporary.Path, "neither genai_config.json nor an .onnx file");

    [Fact]
    public void An_output_that_can_t_be_written_leaves_nothing_behind()
    {
        var path = Edit(_ => { });
        Directory.CreateDirectory(temporary.File("out", GraphNames.ServingGraph)); // a folder stands where the graph should go
        Assert.ThrowsAny<Exception>(() => Instrumenter.Instrument(path, temporary.File("out")));
        Assert.Empty(Directory.EnumerateFiles(temporary.File("out"), "*.tmp"));
        Assert.False(File.Exists(temporary.File("out", "genai_config.json")));
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
        GraphFile.Save(model, temporary.File("model.onnx"));
        File.WriteAllText(temporary.File("config.json"), """{"model_type": "x", "num_attention_heads": 1, "max_position_embeddings": 8, "eos_token_id": 2}""");
        return temporary.File("model.onnx");
    }

    private void Refused(string path, params string[] says) => Refused(path, new InstrumentOptions(), says);

    private void Refused(string path, InstrumentOptions options, params string[] says)
    {
        var error = Assert.Throws<GraphException>(() => Instrumenter.Instrument(path, temporary.File("out"), options));
        Assert.Contains(temporary.Path, error.Message, StringComparison.Ordinal);
        foreach (var part in says)
            Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(temporary.File("out")) && Directory.EnumerateFileSystemEntries(temporary.File("out")).Any(), "something was written");
    }
}
