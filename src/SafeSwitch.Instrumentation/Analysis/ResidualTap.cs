using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>Where a residual state can be read: a tensor, or the sum inside a fused node that adds and normalises.</summary>
/// <param name="Node">The node that makes it.</param>
/// <param name="Output">Which of its outputs it is.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Order">Position along the stream.</param>
internal sealed record ResidualTap(NodeProto Node, int Output, ElementType Type, int Order)
{
    public const int FusedSum = 3;

    /// <summary>The state's tensor, or <see langword="null"/> if the fused node doesn't give it out yet.</summary>
    public string? Tensor => Output < Node.Output.Count && Node.Output[Output].Length > 0 ? Node.Output[Output] : null;

    /// <summary>A tensor that is there already and of the state's shape.</summary>
    public string Source => Tensor ?? Node.Input[0];

    public static ResidualTap Of(FlowPoint point, DecoderGraph decoder)
    {
        if (point.Node is { } fused)
            return new ResidualTap(fused, FusedSum, decoder.Types.Of(fused.Input[0]), point.Order);

        // The same values before a cast: the addition's own result, in the stream's own type.
        var tensor = point.Name!;
        while (decoder.Index.Producer(tensor) is { OpType: "Cast" or "Identity" } carrier
            && decoder.Types.Of(carrier.Input[0]).IsFloating()
            && decoder.Index.Producer(carrier.Input[0]) is not null)
        {
            tensor = carrier.Input[0];
        }

        var node = decoder.Index.Producer(tensor)!;
        return new ResidualTap(node, node.Output.IndexOf(tensor), decoder.Types.Of(tensor), point.Order);
    }
}
