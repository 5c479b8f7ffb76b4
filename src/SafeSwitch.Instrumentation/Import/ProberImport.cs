using System.Globalization;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Import;

/// <summary>Turns Linear-ReLU-…-Linear into a probe graph: the last position's state in, probabilities out.</summary>
internal static class ProberImport
{
    private const int Classes = 2;

    public static ImportedProbe Run(string path, string file, ImportOptions options)
    {
        var arguments = ProberArguments.Read(Path.GetDirectoryName(Path.GetFullPath(path))!);
        using var weights = TorchFile.Open(path);
        var layers = Layers(weights);
        var width = (int)layers[0].Inputs;
        var decoder = options.Model is null ? null : DecoderModel.Analyze(options.Model);
        if (decoder is not null && decoder.Head.HiddenSize != width)
            throw new ImportException(path, $"reads states of width {width}; the model's have {decoder.Head.HiddenSize}. It was trained on another model.");
        var states = arguments.HiddenStates(path, decoder?.Layers);

        var graph = new GraphBuilder("prober")
            .Metadata("safeswitch.stage", arguments.Stage.ToString().ToLowerInvariant())
            .Metadata("safeswitch.design", $"imported: last position, {string.Join("-", layers.Select(layer => layer.Outputs).Prepend(width))}");
        graph.Input(states, ElementType.Float32, "batch", "sequence", width);
        var x = graph.Node("Gather", [states, graph.Initializer("last", [-1L])], null, ("axis", 1L));
        for (var i = 0; i < layers.Count; i++)
        {
            var (name, outputs, inputs) = layers[i];
            x = graph.Node("Gemm",
                [x, graph.Initializer($"{name}.weight", weights.Read($"{name}.weight"), outputs, inputs), graph.Initializer($"{name}.bias", weights.Read($"{name}.bias"), outputs)],
                null,
                ("transB", 1L));
            if (i < layers.Count - 1)
                x = graph.Node("Relu", [x]);
        }

        graph.Output(graph.Node("Softmax", [x], GraphNames.Probability, ("axis", -1L)), ElementType.Float32, "batch", Classes);
        graph.Save(file);
        return new ImportedProbe(file, arguments.Stage, states, width, arguments.PilotTokens, arguments.Label);
    }

    /// <summary>The linear layers in order, their shapes checked against each other.</summary>
    private static List<(string Name, long Outputs, long Inputs)> Layers(TorchFile weights)
    {
        var layers = new List<(string Name, long Outputs, long Inputs)>();
        foreach (var number in weights.Tensors.Keys.Select(Number).Where(number => number >= 0).Distinct().Order())
        {
            var name = $"layers.{number}";
            if (!weights.Tensors.TryGetValue($"{name}.weight", out var weight) || !weights.Tensors.TryGetValue($"{name}.bias", out var bias)
                || weight.Shape is not [var outputs, var inputs] || bias.Shape is not [var terms] || terms != outputs)
            {
                throw new ImportException(weights.Path, $"'{name}' has no weight [outputs, inputs] with a bias [outputs].");
            }

            if (layers.Count > 0 && layers[^1].Outputs != inputs)
                throw new ImportException(weights.Path, $"'{name}' reads {inputs} values, the layer before it gives {layers[^1].Outputs}.");
            layers.Add((name, outputs, inputs));
        }

        if (layers.Count == 0 || layers.Count * 2 != weights.Tensors.Count)
            throw new ImportException(weights.Path, $"not a prober: it has {Listed(weights.Tensors.Keys)}; expected 'layers.0.weight', 'layers.0.bias' and so on.");
        return layers[^1].Outputs == Classes
            ? layers
            : throw new ImportException(weights.Path, $"ends in {layers[^1].Outputs} classes; expected {Classes}.");
    }

    private static int Number(string name) =>
        name.Split('.') is ["layers", var number, "weight" or "bias"] && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : -1;

    private static string Listed(IEnumerable<string> names) =>
        string.Join(", ", names.Take(6).Select(name => $"'{name}'")) is { Length: > 0 } listed ? listed : "no tensors";
}
