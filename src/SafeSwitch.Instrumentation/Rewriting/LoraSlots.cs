using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Rewriting;

/// <summary>
/// The adapter's branch, <c>((x @ A) * gate) @ B</c>, added to the head's product. A, B and the gate are weights that a caller may
/// replace; by default the rank is zero and the branch adds nothing. The gate is where the branch is narrowest.
/// </summary>
internal static class LoraSlots
{
    private const string Prefix = "lm_head.lora/";

    /// <summary>Adds slots and branch.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="states">The states that reach the head, if some were selected; <see langword="null"/>: the head's own input.</param>
    public static void Add(DecoderGraph decoder, string? states = null)
    {
        var head = decoder.Head;
        var graph = decoder.Model.Graph;
        if (!head.InputType.IsFloating())
            throw new GraphException(decoder.File, $"the head reads {head.InputType.Display()} states ('{head.Input}'); an adapter needs floating-point ones.");
        foreach (var slot in new[] { GraphNames.LoraA, GraphNames.LoraB, GraphNames.LoraGate }.Where(decoder.Index.Exists))
            throw new GraphException(decoder.File, $"it already has a tensor named '{slot}'.");
        AddSlot(graph, GraphNames.LoraA, head.InputType, [], [head.HiddenSize, "lora_rank"], head.HiddenSize, 0);
        AddSlot(graph, GraphNames.LoraB, head.InputType, [], ["lora_rank", head.VocabularySize], 0, head.VocabularySize);
        AddSlot(graph, GraphNames.LoraGate, head.InputType, head.InputType.ToBytes([1]), ["lora_rows", 1, 1], 1, 1, 1);

        var output = head.Output;
        var product = decoder.Index.Unused(Prefix + "product");
        head.Last.Output[0] = product;
        GraphRewriter.InsertAfter(graph, head.Last, Branch(decoder, states, product, output));
    }

    /// <summary>Takes the branch and the slots out again.</summary>
    public static void Remove(DecoderGraph decoder)
    {
        var graph = decoder.Model.Graph;
        var sum = decoder.Head.After.FirstOrDefault(node => node.OpType == "Add" && node.Input[0] == decoder.Head.Output)
            ?? throw new GraphException(decoder.File, $"it has '{GraphNames.LoraB}', but not the branch that this tool adds: instrument the graph it was made from.");
        GraphRewriter.Bypass(graph, sum);
        GraphRewriter.RemoveUnused(graph);
    }

    private static List<NodeProto> Branch(DecoderGraph decoder, string? states, string product, string output)
    {
        var head = decoder.Head;
        var nodes = new List<NodeProto>();
        string Then(string stem, string op, string[] inputs, params ReadOnlySpan<AttributeProto> attributes)
        {
            var name = decoder.Index.Unused(Prefix + stem);
            nodes.Add(Protos.Node(op, inputs, [name], attributes));
            return name;
        }

        // The branch has batch and positions apart even where the head's product has not, since the gate is one number a row.
        var input = states ?? head.Before.FirstOrDefault(HeadPath.Reshapes)?.Input[0] ?? head.Input;
        if (decoder.Types.Of(input) != head.InputType)
            input = Then("input", "Cast", [input], Protos.Attribute("to", head.InputType));
        var narrow = Then("narrow", "MatMul", [input, GraphNames.LoraA]);
        var gated = Then("gated", "Mul", [narrow, GraphNames.LoraGate]);
        var branch = Then("branch", "MatMul", [gated, GraphNames.LoraB]);
        if (head.OutputType != head.InputType)
            branch = Then("cast", "Cast", [branch], Protos.Attribute("to", head.OutputType));
        if (head.Rank == 2)
            branch = Then("flat", "Reshape", [branch, Then("shape", "Shape", [product])]);
        var sum = Protos.Node("Add", [product, branch], [output]);
        sum.Name = Prefix + "sum"; // The product's node may bear the output's name.
        nodes.Add(sum);
        return nodes;
    }

    private static void AddSlot(GraphProto graph, string name, ElementType type, byte[] value, Dim[] declared, params ReadOnlySpan<long> dims)
    {
        graph.Initializer.Add(Protos.Tensor(name, type, value, dims));
        graph.Input.Add(Protos.Value(name, type, declared));
    }
}
