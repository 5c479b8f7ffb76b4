namespace SafeSwitch.Tests;

/// <content>Norms, whole, fused and spelled out.</content>
internal sealed partial class MadeUpDecoder
{
    private string Norm(string x, string name) => _form.Norm switch
    {
        "LayerNormalization" or "SkipLayerNormalization" => _graph.Node("LayerNormalization", [x, Weight(name, Hidden), Weight($"{name}.bias", Hidden)], null, ("axis", -1L)),
        "Rms" => PlainNorm(x, name),
        "Centred" => PlainLayerNorm(x),
        _ => SimplifiedNorm(x, name),
    };

    private string SimplifiedNorm(string x, string name) => _graph.Node("SimplifiedLayerNormalization", [x, Weight(name, Hidden)], null, ("axis", -1L), ("epsilon", 1e-5f));

    private string PlainNorm(string x, string name)
    {
        var mean = _graph.Node("ReduceMean", [_graph.Node("Pow", [x, _graph.Scalar(2)]), _graph.Integers(-1)]);
        var root = _graph.Node("Sqrt", [_graph.Node("Add", [mean, _graph.Scalar(1e-5f)])]);
        return _graph.Node("Mul", [_graph.Node("Div", [x, root]), Weight(name, Hidden)]);
    }

    /// <summary>A norm without any weight (OLMo).</summary>
    private string PlainLayerNorm(string x)
    {
        var centred = _graph.Node("Sub", [x, _graph.Node("ReduceMean", [x, _graph.Integers(-1)])]);
        var variance = _graph.Node("ReduceMean", [_graph.Node("Pow", [centred, _graph.Scalar(2)]), _graph.Integers(-1)]);
        return _graph.Node("Div", [centred, _graph.Node("Sqrt", [_graph.Node("Add", [variance, _graph.Scalar(1e-5f)])])]);
    }

    private (string Normalized, string Sum) Skip(string x, string added, string name)
    {
        var normalized = _form.Norm == "Skip"
            ? _graph.Node("com.microsoft::SkipSimplifiedLayerNormalization", [x, added, Weight(name, Hidden)], null, ("epsilon", 1e-5f))
            : _graph.Node("com.microsoft::SkipLayerNormalization", [x, added, Weight(name, Hidden), Weight($"{name}.beta", Hidden), Weight($"{name}.bias", Hidden)], null, ("epsilon", 1e-5f));
        var node = _graph.Current.Graph.Node[^1];
        var sum = name == "final" ? "" : normalized + ".sum";
        node.Output.AddRange(sum.Length > 0 ? ["", "", sum] : []);
        return (normalized, sum);
    }

    /// <summary>A reshape to the shape it has, computed as exporters write it.</summary>
    private string View(string x)
    {
        string Dimension(long axis) => _graph.Node("Unsqueeze",
            [_graph.Node("Gather", [_graph.Node("Shape", [x]), _graph.Initializer($"view.{axis}.{_weights.Count}.{x}", [axis])]), _graph.Integers(0)]);
        return _graph.Node("Reshape", [x, _graph.Node("Concat", [_graph.Integers(-1), Dimension(1), Dimension(2)], null, ("axis", 0L))]);
    }
}
