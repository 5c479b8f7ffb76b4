using System.Text.Json.Nodes;
using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Inspection;

/// <summary>Tells what a model folder is without running or changing it.</summary>
public static class Inspector
{
    /// <summary>Inspects a model. What is wrong with it goes into the report, not into an e.</summary>
    /// <param name="model">A folder of ONNX Runtime GenAI or an export of the Hub, or one graph in it.</param>
    /// <exception cref="GraphException">There is no model to inspect.</exception>
    public static ModelReport Inspect(string model)
    {
        var folder = ModelFolder.Open(model);
        var problems = new List<string>();
        var report = Described(folder) with { Problems = problems };
        if (Try(() => GraphFile.Load(folder.Graph), problems) is not { } graph)
            return report;
        report = Described(report, graph);
        if (Try(() => WeightFiles.Of(graph, folder.Graph), problems) is { } files)
            report = report with { WeightFiles = files.ToDictionary(file => file, file => new FileInfo(Path.Combine(folder.GraphFolder, file)).Length) };
        if (Try(() => DecoderGraph.Analyze(folder.Graph, graph, folder.Logits), problems) is not { } decoder)
            return report;
        Try(() => GenAIConfigWriter.For(folder, decoder, GraphNames.ServingGraph), problems);
        return Described(report, decoder) with { Adapters = [.. AdaptersIn(folder.Folder, decoder.Head)] };
    }

    private static T? Try<T>(Func<T> step, List<string> problems)
        where T : class
    {
        try
        {
            return step();
        }
        catch (GraphException e)
        {
            problems.Add(e.Message);
            return null;
        }
    }

    private static ModelReport Described(ModelFolder folder)
    {
        var section = folder.GenAIJson.At("model");
        return new ModelReport
        {
            Folder = folder.Folder,
            Graph = Path.GetRelativePath(folder.Folder, folder.Graph),
            Architecture = (section.At("type") ?? folder.HubConfig?["model_type"])?.ToString(),
            ContextLength = (section.At("context_length") ?? folder.HubConfig?["max_position_embeddings"] ?? folder.HubConfig?["n_positions"]) is JsonValue value
                && value.TryGetValue<int>(out var length) ? length : null,
            HasGenAIConfig = folder.GenAIJson is not null,
            SharedCache = folder.GenAIJson.At("search", "past_present_share_buffer") is JsonValue shared && shared.TryGetValue<bool>(out var share) && share,
        };
    }

    private static ModelReport Described(ModelReport report, ModelProto model) => report with
    {
        Producer = $"{model.ProducerName} {model.ProducerVersion}".Trim(),
        Opset = model.OpsetImport.FirstOrDefault(set => set.Domain is "" or "ai.onnx")?.Version ?? 0,
        Quantization = WeightStorage.Describe(model.Graph),
        TakesPositionIds = model.Graph.Input.Any(input => input.Name == "position_ids"),
        HiddenStates = [.. model.Graph.Output.Select(output => output.Name).Where(GraphNames.IsHiddenState)],
    };

    private static ModelReport Described(ModelReport report, DecoderGraph decoder) => report with
    {
        Layers = decoder.Layers,
        HiddenSize = decoder.Head.HiddenSize,
        VocabularySize = decoder.Head.VocabularySize,
        StateType = decoder.Head.InputType,
        FinalNorm = NormReader.Describe(decoder),
        Head = HeadOf(decoder),
        TiedEmbeddings = WeightStorage.IsTied(decoder),
        LayersThatCanBeNamed = [.. decoder.Residual.Layers],
        HasAdapterSlots = decoder.IsInstrumented,
        Notes = decoder.Residual.Problem is { } problem ? [problem] : [],
    };

    private static HeadReport HeadOf(DecoderGraph decoder)
    {
        var head = decoder.Head;
        return new HeadReport
        {
            Node = head.Node.Display(),
            Operator = head.Node.OpType,
            Kind = head.Kind,
            Weight = head.Weight,
            Storage = WeightStorage.Describe(head.Node, decoder),
            FoundBy = [.. head.After.Reverse().Append(head.Node).Select(node => $"{node.OpType} '{node.Display()}'").Prepend($"output '{decoder.Logits}'")],
            Pruned = head.IsPruned || head.After.Any(HeadPath.Selects),
            Trainable = decoder.IsInstrumented || Try(() => LogitTransforms.Read(decoder), []) is not null,
        };
    }

    private static IEnumerable<InspectedAdapter> AdaptersIn(string folder, DecoderHead head)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*.onnx_adapter", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var tensors = Try(() => AdapterFile.Load(path), [])?.Tensors ?? [];
            var a = tensors.FirstOrDefault(tensor => tensor.Name == GraphNames.LoraA);
            var b = tensors.FirstOrDefault(tensor => tensor.Name == GraphNames.LoraB);
            var fits = a?.Dims is [var hidden, var rank] && b?.Dims is [var inner, var vocabulary] && rank == inner
                && hidden == head.HiddenSize && vocabulary == head.VocabularySize && a.Type == head.InputType && b.Type == head.InputType;
            yield return new InspectedAdapter(Path.GetRelativePath(folder, path), a?.Dims is [_, var columns] ? (int)columns : 0, fits);
        }
    }
}
