using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Onnx.Probes;

/// <summary>
/// A probe as an ONNX graph. Its inputs are named after the hidden states that it reads, <c>[batch, sequence, hidden]</c> in single
/// precision, and may be joined by <c>content_mask</c> and <c>attention_mask</c>, <c>[batch, sequence]</c>; its output is
/// <c>probability [batch, classes]</c>, of which the last class is the positive one; <c>out_of_distribution [batch, 1]</c> may stand beside it.
/// <para>The file may come from anywhere, and a runtime does what a graph says. So a probe consists of operators from a list, whose
/// sizes follow from the shapes of its inputs; it has no subgraphs, functions, external weights or numbers that are not finite, and
/// computes in proportion to what it reads. All of it is checked before a runtime sees the graph.</para>
/// </summary>
public sealed class ProbeFile
{
    /// <summary>Most nodes of a graph.</summary>
    public const int MaxNodes = 4096;

    /// <summary>Most bytes of a file.</summary>
    public const int MaxBytes = 256 << 20;

    /// <summary>The sequence length at which the costs are reckoned unless the model's context is known.</summary>
    public const int DefaultPositions = 4096;

    private ProbeFile(ModelProto model, IReadOnlyList<string> hiddenStates, int width, bool takesContentMask, bool takesAttentionMask, bool tellsOutOfDistribution)
    {
        Graph = model.ToByteArray();
        HiddenStates = hiddenStates;
        Width = width;
        TakesContentMask = takesContentMask;
        TakesAttentionMask = takesAttentionMask;
        TellsOutOfDistribution = tellsOutOfDistribution;
    }

    /// <summary>The graph, with nothing in it but what was checked.</summary>
    public ReadOnlyMemory<byte> Graph { get; }

    /// <summary>Names of the hidden states that it reads, in the graph's order; at least one.</summary>
    public IReadOnlyList<string> HiddenStates { get; }

    /// <summary>Numbers per position of each.</summary>
    public int Width { get; }

    /// <summary>Whether it takes a mask of the content positions.</summary>
    public bool TakesContentMask { get; }

    /// <summary>Whether it takes a mask of the positions that aren't padding.</summary>
    public bool TakesAttentionMask { get; }

    /// <summary>Whether it says of a text that it never learned to read its kind.</summary>
    public bool TellsOutOfDistribution { get; }

    /// <summary>Reads and checks a probe.</summary>
    /// <param name="path">The file.</param>
    /// <param name="positions">The longest sequence that it will be run on; what it may cost is reckoned for that.</param>
    /// <exception cref="GraphException">It isn't a probe; the message lists every reason.</exception>
    public static ProbeFile Load(string path, int positions = DefaultPositions)
    {
        var problems = new List<BundleProblem>();
        return Read(path, Path.GetFileName(path), problems, positions)
            ?? throw new GraphException(path, $"not a probe:{string.Concat(problems.Select(p => $"{Environment.NewLine}  {p}"))}");
    }

    /// <summary>Reads and checks a probe, collecting every problem.</summary>
    /// <param name="path">The file.</param>
    /// <param name="file">What to call it in problems.</param>
    /// <param name="problems">Where what is wrong with it is listed.</param>
    /// <param name="positions">The longest sequence that it will be run on; what it may cost is reckoned for that.</param>
    /// <returns><see langword="null"/> if it isn't a probe; the reasons are then among the problems.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="problems"/> is <see langword="null"/>.</exception>
    public static ProbeFile? Read(string path, string file, ICollection<BundleProblem> problems, int positions = DefaultPositions)
    {
        ArgumentNullException.ThrowIfNull(problems);
        ModelProto model;
        try
        {
            model = GraphFile.Load(path, MaxBytes, knownPartsOnly: true);
        }
        catch (GraphException e)
        {
            problems.Add(new BundleProblem(file, "", e.Problem, "the ONNX graph of a probe"));
            return null;
        }

        return new Check(file, model, problems).Run(positions);
    }

    private sealed class Check(string file, ModelProto model, ICollection<BundleProblem> problems)
    {
        // Those that are read, and what their second dimension counts.
        private static readonly Dictionary<string, string> Outputs = new() { [GraphNames.Probability] = "classes", [GraphNames.OutOfDistribution] = "1" };

        private readonly GraphProto graph = model.Graph;

        public ProbeFile? Run(int positions)
        {
            var before = problems.Count;
            CheckModel();
            foreach (var tensor in graph.Initializer)
            {
                CheckTensor(tensor.Name, tensor);
            }

            foreach (var node in graph.Node)
            {
                CheckNode(node);
            }

            var weights = graph.Initializer.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
            var inputs = graph.Input.Where(i => !weights.Contains(i.Name)).ToList();
            foreach (var input in inputs)
            {
                CheckInput(input);
            }

            var states = inputs.Where(i => GraphNames.IsHiddenState(i.Name)).ToList();
            if (states.Count == 0)
            {
                Report("", $"inputs {List(inputs.Select(i => i.Name))}", $"an input named after a hidden state, such as {GraphNames.HiddenStatesOf(18)}");
            }

            var widths = states.Select(s => Dims(s) is [_, _, { Name: null } width] ? width.Value : 0).Distinct().ToList();
            if (widths.Count > 1)
            {
                Report("", $"hidden states of widths {string.Join(", ", widths)}", "one width, the decoder's");
            }

            CheckOutputs();
            if (problems.Count > before)
            {
                return null;
            }

            CheckCost(inputs, positions);
            return problems.Count > before ? null : new ProbeFile(
                model,
                [.. states.Select(s => s.Name)],
                (int)widths[0],
                inputs.Any(i => i.Name == GraphNames.ContentMask),
                inputs.Any(i => i.Name == GraphNames.AttentionMask),
                graph.Output.Any(o => o.Name == GraphNames.OutOfDistribution));
        }

        private void CheckModel()
        {
            foreach (var set in model.OpsetImport.Where(s => !ProbeOperators.IsStandard(s.Domain)))
            {
                Report("", $"operators of '{set.Domain}'", "the standard operators alone");
            }

            if (model.Functions.Count > 0)
            {
                Report("", $"{model.Functions.Count} functions", "none");
            }

            if (graph.Node.Count > MaxNodes)
            {
                Report("", string.Create(CultureInfo.InvariantCulture, $"{graph.Node.Count} nodes"), string.Create(CultureInfo.InvariantCulture, $"{MaxNodes} at most"));
            }
        }

        private void CheckNode(NodeProto node)
        {
            if (!ProbeOperators.IsStandard(node.Domain) || !ProbeOperators.Names.Contains(node.OpType))
            {
                Report(node.Display(), $"the operator '{(node.Domain.Length > 0 ? node.Domain + "::" : "")}{node.OpType}'", $"one of those that a probe may have: {string.Join(", ", ProbeOperators.Names)}");
            }

            foreach (var attribute in node.Attribute)
            {
                if (attribute.G is not null || attribute.Graphs.Count > 0 || attribute.RefAttrName.Length > 0)
                {
                    Report(node.Display(), $"the attribute '{attribute.Name}' that holds a graph or a reference", "none");
                }

                if (attribute.T is { } tensor)
                {
                    CheckTensor(node.Display(), tensor);
                }
            }
        }

        private void CheckTensor(string name, TensorProto tensor)
        {
            var type = (ElementType)tensor.DataType;
            if (ExternalData.Of(tensor) is { } external)
            {
                Report(name, $"weights in '{external.Location}'", "weights inside the graph");
            }
            else if (!tensor.Dims.All(d => d >= 0) || type.Size() == 0 || Count(tensor) != Product(tensor.Dims))
            {
                Report(name, $"{Count(tensor)} numbers of {type.Display()} for the shape [{string.Join(", ", tensor.Dims)}]", "as many as the shape says, of a type of fixed size");
            }
            else if (!IsFinite(tensor, type))
            {
                Report(name, "a number that is not finite", "finite numbers");
            }
        }

        private void CheckInput(ValueInfoProto input)
        {
            var isMask = input.Name is GraphNames.ContentMask or GraphNames.AttentionMask;
            if (!isMask && !GraphNames.IsHiddenState(input.Name))
            {
                Report(input.Name, "an input", $"no inputs but hidden states, {GraphNames.ContentMask} and {GraphNames.AttentionMask}");
                return;
            }

            if (TypeOf(input) != ElementType.Float32)
            {
                Report(input.Name, TypeOf(input).Display(), ElementType.Float32.Display());
            }

            var dims = Dims(input);
            var fits = dims.Count == (isMask ? 2 : 3) && dims[1].Name is not null && (dims[0].Name is not null || dims[0].Value == 1)
                && (isMask || dims[2] is { Name: null, Value: > 0 and <= int.MaxValue });
            if (!fits)
            {
                Report(input.Name, $"[{string.Join(", ", dims)}]", isMask ? "[batch, sequence], the sequence of any length" : "[batch, sequence, hidden size], the sequence of any length");
            }
        }

        private void CheckOutputs()
        {
            if (graph.Output.All(o => o.Name != GraphNames.Probability))
            {
                Report(GraphNames.Probability, $"outputs {List(graph.Output.Select(o => o.Name))}", "an output of that name");
            }

            foreach (var output in graph.Output.Where(o => Outputs.ContainsKey(o.Name) && TypeOf(o) != ElementType.Float32))
            {
                Report(output.Name, TypeOf(output).Display(), $"{ElementType.Float32.Display()} [batch, {Outputs[output.Name]}]");
            }
        }

        private void CheckCost(List<ValueInfoProto> inputs, int positions)
        {
            var trace = new ShapeTrace(graph);
            foreach (var input in inputs)
            {
                trace.Feed(input.Name, Dims(input) is [_, _, var width] ? [1, positions, width.Value] : [1, positions]);
            }

            if (trace.Run() is not { } problem)
            {
                foreach (var name in graph.Output.Select(o => o.Name).Where(Outputs.ContainsKey))
                {
                    if (trace.ShapeOf(name) is not [1, > 0])
                    {
                        Report(name, $"[{string.Join(", ", trace.ShapeOf(name) ?? [])}] for one sequence", $"[1, {Outputs[name]}]");
                    }
                }

                return;
            }

            Report(problem.Node, problem.Found, problem.Expected);
        }

        private void Report(string field, string found, string expected) => problems.Add(new BundleProblem(file, field, found, expected));

        private static ElementType TypeOf(ValueInfoProto value) => (ElementType)(value.Type?.TensorType?.ElemType ?? 0);

        // A dimension without number and name is open too.
        private static List<Dim> Dims(ValueInfoProto value) => [.. value.Type?.TensorType?.Shape?.Dim.Select(Dim.From) ?? []];

        private static string List(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } list ? list : "none";

        private static Int128 Product(IEnumerable<long> dims) => dims.Aggregate(Int128.One, (product, d) => Int128.Min(product * d, long.MaxValue));

        private static long Count(TensorProto tensor) => tensor.HasRawData
            ? tensor.RawData.Length % Math.Max(1, ((ElementType)tensor.DataType).Size()) == 0 ? tensor.RawData.Length / Math.Max(1, ((ElementType)tensor.DataType).Size()) : -1
            : tensor.FloatData.Count + tensor.Int32Data.Count + tensor.Int64Data.Count + tensor.DoubleData.Count + tensor.Uint64Data.Count;

        private static bool IsFinite(TensorProto tensor, ElementType type) =>
            tensor.FloatData.All(float.IsFinite) && tensor.DoubleData.All(double.IsFinite)
            && !(tensor.Int32Data.Count > 0 && type is ElementType.Float16 or ElementType.BFloat16 && !type.AreFinite(MemoryMarshal.AsBytes<ushort>(tensor.Int32Data.Select(bits => (ushort)bits).ToArray())))
            && type.AreFinite(tensor.RawData.Span);
    }
}
