using System.Text.RegularExpressions;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>A decoder as its graph shows it: inputs, caches, head and residual stream.</summary>
internal sealed partial class DecoderGraph
{
    private readonly Lazy<ResidualStream> residual;

    private DecoderGraph(string file, ModelProto model, GraphIndex index, string logits)
    {
        File = file;
        Model = model;
        Index = index;
        Logits = logits;
        Constants = new Constants(index);
        Types = new TypeInference(index);
        InputIds = DecoderInputs.Problem(index) is { } problem ? throw new GraphException(file, problem) : "input_ids";
        AttentionMask = Input("attention_mask");
        Layers = CountLayers();
        if (DecoderInputs.CacheProblem(index) is { } cacheProblem)
            throw new GraphException(file, cacheProblem);
        Head = new HeadFinder(file, index, Constants, Types, model.Functions.Select(function => function.Name).ToHashSet(StringComparer.Ordinal)).Find(logits);
        residual = new Lazy<ResidualStream>(() => ResidualStream.Find(this));
    }

    public string File { get; }

    public ModelProto Model { get; }

    public GraphIndex Index { get; }

    public Constants Constants { get; }

    public TypeInference Types { get; }

    public string InputIds { get; }

    public string? AttentionMask { get; }

    public string Logits { get; }

    public int Layers { get; }

    public DecoderHead Head { get; }

    public ResidualStream Residual => residual.Value;

    /// <summary>Whether the adapter slots are already there.</summary>
    public bool IsInstrumented => Index.Initializer(GraphNames.LoraB) is not null;

    /// <summary>Version of the standard operators.</summary>
    public long Opset => Model.OpsetImport.First(set => set.Domain is "" or "ai.onnx").Version;

    /// <summary>Reads a decoder's structure.</summary>
    /// <param name="file">The graph's file, for messages.</param>
    /// <param name="model">The graph.</param>
    /// <param name="logits">The output that holds the logits.</param>
    /// <exception cref="GraphException">It isn't a decoder, or its head is not found.</exception>
    public static DecoderGraph Analyze(string file, ModelProto model, string logits = GraphNames.Logits)
    {
        if (!model.OpsetImport.Any(set => set.Domain is "" or "ai.onnx"))
            throw new GraphException(file, "it names no standard operator set.");
        var index = new GraphIndex(model.Graph);
        if (GraphCheck.Problem(index) is { } problem)
            throw new GraphException(file, problem);
        if (!index.IsOutput(logits))
            throw new GraphException(file, $"not a decoder: it has no '{logits}' output, only {Names(model.Graph.Output)}.");
        return new DecoderGraph(file, model, index, logits);
    }

    /// <summary>The same graph analysed again, after an edit.</summary>
    public DecoderGraph Again() => Analyze(File, Model, Logits);

    /// <summary>The caches' outputs with the layer each belongs to.</summary>
    public IEnumerable<(int Layer, string Output)> CacheOutputs() =>
        from output in Index.Graph.Output
        let match = CacheName().Match(output.Name)
        where match.Success
        select (int.Parse(match.Groups[1].ValueSpan, System.Globalization.CultureInfo.InvariantCulture), output.Name);

    private int CountLayers()
    {
        var layers = CacheOutputs().Select(cache => cache.Layer).Distinct().Order().ToList();
        if (layers.Count == 0)
            throw new GraphException(File, $"not a decoder with a cache: none of its outputs ({Names(Index.Graph.Output)}) is named like 'present.0.key'. Export it with past key values.");
        if (layers[0] != 0 || layers[^1] != layers.Count - 1)
            throw new GraphException(File, $"caches of layers {string.Join(", ", layers)} only; expected every layer from 0.");
        return layers.Count;
    }

    private string? Input(string name) => Index.IsInput(name) ? name : null;

    internal static string Names(IEnumerable<ValueInfoProto> values)
    {
        var names = values.Select(value => $"'{value.Name}'").ToList();
        return names.Count switch
        {
            0 => "none at all",
            > 6 => $"{string.Join(", ", names.Take(6))} and {names.Count - 6} more",
            _ => string.Join(", ", names),
        };
    }

    [GeneratedRegex(@"^present\D*(\d{1,6})(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex CacheName();
}
