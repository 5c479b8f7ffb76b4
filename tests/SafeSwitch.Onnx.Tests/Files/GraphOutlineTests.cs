using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Onnx.Tests.Files;

public sealed class GraphOutlineTests
{
    [Fact]
    public void Weight_files_are_found_wherever_a_graph_keeps_tensors()
    {
        using var folder = new TemporaryFolder();
        var inner = new GraphProto { Initializer = { Outside("in-a-subgraph") } };
        var model = new ModelProto
        {
            Graph = new GraphProto
            {
                Initializer = { Outside("beside"), Outside("beside"), new TensorProto { Name = "inside" } },
                Node = { new NodeProto { OpType = "If", Attribute = { new AttributeProto { G = inner }, new AttributeProto { T = Outside("in-an-attribute") } } } },
                Output = { new ValueInfoProto { Name = "y" } },
            },
        };
        GraphFile.Save(model, folder.File("model.onnx"));

        var outline = GraphOutline.Read(folder.File("model.onnx"));

        Assert.Equal(["beside", "in-a-subgraph", "in-an-attribute"], outline.WeightFiles.Order(StringComparer.Ordinal));

        static TensorProto Outside(string file)
        {
            var tensor = new TensorProto { Name = file };
            new ExternalData(file, 0, 4).ApplyTo(tensor);
            return tensor;
        }
    }
}
