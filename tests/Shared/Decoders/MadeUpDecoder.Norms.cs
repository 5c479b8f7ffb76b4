namespace SafeSwitch.Tests;

/// <content>Norms, whole, fused and spelled out.</content>
internal sealed partial class MadeUpDecoder
{
    private string Norm(string x, string name) => form.Norm switch
    {
        "LayerNormalization" or "SkipLayerNormalization" => graph.Node("LayerNormalization", [x, Weight(name, Hidden), Weight($"{name}.bias", Hidden)], null, ("axis", -1L)),
        "Rms" => PlainNorm(x, name),
        "Centred" => PlainLayerNorm(x),
        _ => SimplifiedNorm(x, name),
    };

    private string SimplifiedNorm(string x, string name) => graph.Node("SimplifiedLayerNormalization", [x, Weight(name, Hidden)], null, ("axis", -1L), ("epsilon", 1e-5f));

    private string PlainNorm(string x, string name)
    {
        var mean = graph.Node("ReduceMean", [graph.Node("Pow", [x, graph.Scalar(2)]), graph.Integers(-1)]);
        var root = graph.Node("Sqrt", [graph.Node("Add", [mean, graph.Scalar(1e-5f)])]);
        return graph.Node("Mul", [graph.Node("Div", [x, root]), Weight(name, Hidden)]);
    }

    /// <summary>A norm without any weight (OLMo).</summary>
    private string PlainLayerNorm(string x)
    {
        var centred = graph.Node("Sub", [x, graph.Node("ReduceMean", [x, graph.Integers(-1)])]);
        var variance = graph.Node("ReduceMean", [graph.Node("Pow", [centred, graph.Scalar(2)]), graph.Integers(-1)]);
        return graph.Node("Div", [centred, graph.Node("Sqrt", [graph.Node("Add", [variance, graph.Scalar(1e-5f)])])]);
    }

    private (string Normalized, string Sum) Skip(string x, string added, string name)
    {
        var normalized = form.Norm == "Skip"
            ? graph.Node("com.microsoft::SkipSimplifiedLayerNormalization", [x, added, Weight(name, Hidden)], null, ("epsilon", 1e-5f))
            : graph.Node("com.microsoft::SkipLayerNormalization", [x, added, Weight(name, Hidden), Weight($"{name}.beta", Hidden), Weight($"{name}.bias", Hidden)], null, ("epsilon", 1e-5f));
        var node = graph.Current.Graph.Node[^1];
        var sum = name == "final" ? "" : normalized + ".sum";
        node.Output.AddRange(sum.Length > 0 ? ["", "", sum] : []);
        return (normalized, sum);
    }

    /// <summary>A reshape to the shape it has, computed as exporters write it.</summary>
    private string View(string x)
    {
        string Dimension(long axis) => graph.Node("Unsqueeze",
            [graph.Node("Gather", [graph.Node("Shape", [x]), graph.Initializer($"view.{axis}.{weights.Count}.{x}", [axis])]), graph.Integers(0)]);
        return graph.Node("Reshape", [x, graph.Node("Concat", [graph.Integers(-1), Dimension(1), Dimension(2)], null, ("axis", 0L))]);
    }
}
