using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.Policies;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes;

/// <summary>The parts of a probe graph that depend on the positions only, made when first needed and shared by the members.</summary>
internal sealed class PositionNodes
{
    private readonly GraphBuilder graph;
    private readonly Dictionary<string, string> made = [];
    private readonly string layer;
    private readonly string? input;

    /// <param name="graph">The graph.</param>
    /// <param name="design">What it computes.</param>
    /// <param name="averages">Whether something beside its networks averages over the positions.</param>
    public PositionNodes(GraphBuilder graph, ProbeDesign design, bool averages = false)
    {
        this.graph = graph;
        layer = design.HiddenStates[0];
        if (design.Stage == MonitorStage.Prompt && (averages || design.Members.Any(m => m.Pooling != ProbePooling.Last)))
            input = graph.Input(GraphNames.ContentMask, ElementType.Float32, "batch", "sequence");
    }

    /// <summary>1 on positions that count, [batch, sequence, 1]: content at the prompt stage, everything at the response stage.</summary>
    public string Mask => Once(nameof(Mask), () => graph.Node("Unsqueeze", [input ?? Ones, graph.Integers(2)]));

    /// <summary>Whether a position counts, [batch, sequence, 1].</summary>
    public string Counts => Once(nameof(Counts), () => graph.Node("Greater", [Mask, graph.Scalar(0.5f)]));

    /// <summary>Positions that count, [batch, 1].</summary>
    public string Count => Once(nameof(Count), () => graph.Node("ReduceSum", [Mask, graph.Integers(1)], null, ("keepdims", 0L)));

    /// <summary>The same, but 1 where there are none.</summary>
    public string Divisor => Once(nameof(Divisor), () => graph.Node("Max", [Count, graph.Scalar(1)]));

    /// <summary>Whether any position counts, [batch, 1].</summary>
    public string Any => Once(nameof(Any), () => graph.Node("Greater", [Count, graph.Scalar(0.5f)]));

    /// <summary>For a softmax: 0 where a position counts, far below any score elsewhere, [batch, sequence, 1].</summary>
    public string Penalty => Once(nameof(Penalty), () =>
        graph.Node("Where", [Counts, graph.Scalar(0), graph.Scalar(MemberNodes.FarBelow)]));

    /// <summary>Where a position that counts goes when the others are closed up, and the slot behind the last for the others,
    /// [batch, sequence, 1].</summary>
    public string Rank => Once(nameof(Rank), () => graph.Node("Where",
    [
        Counts,
        graph.Node("Cast", [graph.Node("Sub", [graph.Node("CumSum", [Mask, Axis]), graph.Scalar(1)])], null, ("to", ElementType.Int64)),
        Length,
    ]));

    /// <summary>Length of the sequence, [1].</summary>
    public string Length => Once(nameof(Length), () => graph.Node("Gather", [Shape, graph.Integers(1)]));

    /// <summary>Shape of <see cref="Mask"/>.</summary>
    public string Shape => Once(nameof(Shape), () => graph.Node("Shape", [Mask]));

    /// <summary>Numbers of the slots 0 .. length, [length + 1], fp32.</summary>
    public string Slots => Once(nameof(Slots), () => graph.Node("Cast",
    [
        graph.Node("Range",
        [
            graph.Initializer("slots_first", [0L]),
            graph.Node("Squeeze", [graph.Node("Add", [Length, graph.Integers(1)])]),
            graph.Initializer("slots_step", [1L]),
        ]),
    ], null, ("to", ElementType.Float32)));

    private string Axis => Once(nameof(Axis), () => graph.Initializer("axis_sequence", [1L]));

    private string Ones => Once(nameof(Ones), () => graph.Node("Expand",
    [
        graph.Scalar(1),
        graph.Node("Slice", [graph.Node("Shape", [layer]), graph.Integers(0), graph.Integers(2)]),
    ]));

    private string Once(string name, Func<string> make)
    {
        if (!made.TryGetValue(name, out var tensor))
            made[name] = tensor = make();
        return tensor;
    }
}
