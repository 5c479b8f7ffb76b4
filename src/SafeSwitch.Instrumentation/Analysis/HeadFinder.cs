using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>Finds the head by walking back from the logits; names play no part.</summary>
internal sealed class HeadFinder(string file, GraphIndex index, Constants constants, TypeInference types, IReadOnlySet<string> functions)
{
    /// <summary>Finds the product whose result becomes <paramref name="logits"/>.</summary>
    /// <exception cref="GraphException">There is none, more than one, or one of a form that is not known.</exception>
    public DecoderHead Find(string logits)
    {
        var after = new List<NodeProto>();
        var tensor = logits;
        while (true)
        {
            var node = index.Producer(tensor) ?? throw Refused($"'{tensor}' is not computed, it is an input");
            if (HeadProduct.Match(node, index, constants) is { } product)
            {
                after.Reverse();
                return Describe(product, after, logits);
            }

            after.Add(node);
            tensor = Before(node);
        }
    }

    private string Before(NodeProto node)
    {
        var computed = node.Input.Where(input => input.Length > 0 && !constants.IsConstant(input)).Distinct().ToList();
        if (HeadPath.Carries(node))
            computed = [node.Input[0]];
        if (computed.Count > 1)
            computed.RemoveAll(operand => Product(operand)?.Weight == GraphNames.LoraB); // an adapter's branch
        if (computed.Count > 1 && computed.Where(LeadsToProduct).ToList() is { Count: > 1 } heads)
            throw Refused($"two candidate heads: {node.OpType} '{node.Display()}' joins {string.Join(" and ", heads.Select(Describe))}");
        if (node.Attribute.Any(attribute => attribute.G is not null))
            throw Refused($"the head is inside {node.OpType} '{node.Display()}'; export the decoder without merged branches");
        if (functions.Contains(node.OpType))
            throw Refused($"'{node.OpType}' ('{node.Display()}') is a function of the model's own; export it with its functions inlined");
        if (HeadPath.Narrows(node, constants))
            throw Refused($"{node.OpType} '{node.Display()}' takes a part of the vocabulary; an adapter needs the whole. Export the head with the vocabulary that it has");
        if (!HeadPath.Transforms(node))
            throw Refused($"{node.OpType} '{node.Display()}' is between the head and the logits, or is a head of an unknown kind");
        return computed.Count == 1
            ? computed[0]
            : throw Refused($"{node.OpType} '{node.Display()}' has {computed.Count} computed operands; expected one");
    }

    private bool LeadsToProduct(string tensor) => Product(tensor) is not null;

    private HeadProduct? Product(string tensor)
    {
        for (var steps = 0; steps < 16 && index.Producer(tensor) is { } node; steps++)
        {
            if (HeadProduct.Match(node, index, constants) is { } product)
                return product;
            if (!HeadPath.Transforms(node) || node.Input.FirstOrDefault(input => !constants.IsConstant(input)) is not { } next)
                return null;
            tensor = next;
        }

        return null;
    }

    private string Describe(string tensor) => Product(tensor) is { } product ? $"{product.Node.OpType} '{product.Node.Display()}'" : $"'{tensor}'";

    private DecoderHead Describe(HeadProduct product, List<NodeProto> after, string logits)
    {
        var before = new List<NodeProto>();
        var states = product.Input;
        while (index.Producer(states) is { } node && HeadPath.Carries(node) && !HeadPath.Narrows(node, constants) && !constants.IsConstant(states))
        {
            before.Insert(0, node);
            states = node.Input[0];
        }

        // Casts, copies and reshapes to three dimensions stay with the states, unless a selection or a flattening comes before them.
        var reshaped = product.Kind == HeadKind.Gemm || after.Any(HeadPath.Reshapes) ? 2 : 3;
        while (before is [var first, ..] && (first.OpType is "Cast" or "Identity" || (HeadPath.Reshapes(first) && HeadPath.Rank([first], constants, reshaped) == 3)))
        {
            states = first.Output[0];
            before.RemoveAt(0);
        }

        var rank = HeadPath.Rank(before.Concat(product.Picks), constants, reshaped);
        if (rank is not (2 or 3) || (product.Kind == HeadKind.Gemm && rank == 3))
            throw Refused($"{product.Node.OpType} '{product.Node.Display()}' doesn't read [batch, sequence, hidden] states");
        var (hidden, vocabulary) = product.Size ?? throw Refused($"the weight '{product.Weight}' of {product.Node.OpType} '{product.Node.Display()}' has no known shape");
        CheckWidth(logits, vocabulary, product.Node);
        return new DecoderHead
        {
            Node = product.Node,
            Kind = product.Kind,
            Last = product.Last,
            Input = product.Input,
            Weight = product.Weight,
            HiddenSize = hidden,
            VocabularySize = vocabulary,
            InputType = types.Of(product.Input),
            OutputType = types.Of(product.Last.Output[0]),
            States = states,
            Before = [.. before, .. product.Picks],
            After = after,
            Rank = rank,
        };
    }

    private void CheckWidth(string logits, int vocabulary, NodeProto node)
    {
        var declared = index.Value(logits)?.Type?.TensorType?.Shape?.Dim.LastOrDefault();
        if (declared is not null && Dim.From(declared) is { Name: null, Value: > 0 } width && width.Value != vocabulary)
            throw Refused($"{node.OpType} '{node.Display()}' scores {vocabulary:N0} tokens, '{logits}' is declared with {width.Value:N0}");
    }

    private GraphException Refused(string why) => new(file, $"can't find the head by walking back from the logits: {why}.");
}
