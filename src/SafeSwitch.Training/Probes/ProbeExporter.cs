using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Training.Probes;

/// <summary>
/// Writes a trained probe as an ONNX graph: the decoder's hidden states in, <c>probability [batch, 2]</c> out, or one number for each of its
/// classes and what is let through, with standardisation, pooling and the average of an ensemble inside; <c>out_of_distribution [batch, 1]</c> beside it if it was trained.
/// </summary>
internal static class ProbeExporter
{
    /// <summary>Writes the graph, whole or not at all.</summary>
    /// <remarks>A graph takes <c>content_mask</c> only if it pools over the prompt. Without any content position the token
    /// scores count as 0 and the probability is still defined.</remarks>
    public static void Write(TrainedProbe probe, string path)
    {
        var graph = new GraphBuilder(probe.Design.Name)
            .Metadata("safeswitch.stage", probe.Design.Stage.ToString().ToLowerInvariant())
            .Metadata("safeswitch.design", probe.Design.Describe());
        foreach (var layer in probe.HiddenStates)
            graph.Input(layer, ElementType.Float32, "batch", "sequence", probe.Width);

        var positions = new PositionNodes(graph, probe.Design, probe.Coverage is not null || probe.Classes is not null);
        var shared = new SharedTrunk(graph, probe.Members, probe.Width);
        string[] logOdds = [.. probe.Members.Select(
            (m, i) => new MemberNodes(graph, positions, shared, m, probe.Width, $"member_{i}").Add())];
        string[] scores = probe.Design.Average == EnsembleAverage.Logits
            ? logOdds
            : [.. logOdds.Select(l => graph.Node("Sigmoid", [l]))];
        var average = scores.Length == 1 ? scores[0] : graph.Node("Mean", scores);
        var positive = probe.Design.Average == EnsembleAverage.Logits ? graph.Node("Sigmoid", [average]) : average;
        var negative = graph.Node("Sub", [graph.Scalar(1), positive]);
        var found = probe.Classes is { } classes ? graph.Node("Mul", [positive, Shares(graph, positions, classes)]) : positive;
        graph.Node("Concat", [negative, found], GraphNames.Probability, ("axis", 1L));
        graph.Output(GraphNames.Probability, ElementType.Float32, "batch", 1 + (probe.Classes?.Names.Count ?? 1));
        if (probe.Coverage is { } coverage)
            AddCoverage(graph, positions, coverage);
        graph.Save(path);
    }

    private static void AddCoverage(GraphBuilder graph, PositionNodes positions, TrainedCoverage coverage)
    {
        var average = Average(graph, positions, coverage.Layer, graph.Initializer("coverage.weight", coverage.Weights, coverage.Weights.Length, 1));
        var logOdds = graph.Node("Add", [average, graph.Scalar(coverage.Bias)]);
        // Where nothing was read, nothing is known: at the threshold, which marks.
        graph.Node("Sigmoid", [graph.Node("Where", [positions.Any, logOdds, graph.Scalar(0)])], GraphNames.OutOfDistribution);
        graph.Output(GraphNames.OutOfDistribution, ElementType.Float32, "batch", 1);
    }

    // What of the probability is each class's, [batch, classes].
    private static string Shares(GraphBuilder graph, PositionNodes positions, TrainedClasses classes)
    {
        var (count, width) = (classes.Names.Count, classes.Weights.Length / classes.Names.Count);
        var weights = new float[classes.Weights.Length];
        for (var i = 0; i < weights.Length; i++)
            weights[(i % width * count) + (i / width)] = classes.Weights[i];
        var average = Average(graph, positions, classes.Layer, graph.Initializer("classes.weight", weights, width, count));
        return graph.Node("Softmax", [graph.Node("Add", [average, graph.Initializer("classes.bias", classes.Biases, count)])], null, ("axis", 1L));
    }

    // The average of token scores is the score of the average state, without a copy of all states.
    private static string Average(GraphBuilder graph, PositionNodes positions, string layer, string weights)
    {
        var tokens = graph.Node("MatMul", [layer, weights]);
        var sum = graph.Node("ReduceSum", [graph.Node("Mul", [tokens, positions.Mask]), graph.Integers(1)], null, ("keepdims", 0L));
        return graph.Node("Div", [sum, positions.Divisor]);
    }
}
