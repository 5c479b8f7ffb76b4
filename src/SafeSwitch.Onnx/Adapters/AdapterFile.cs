using Google.FlatBuffers;
using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Onnx.Adapters;

/// <summary>One tensor of an adapter.</summary>
/// <param name="Name">The overridable initializer it replaces.</param>
/// <param name="Dims">Its shape.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Data">Its elements, row-major, little-endian.</param>
public sealed record AdapterTensor(string Name, IReadOnlyList<long> Dims, ElementType Type, ReadOnlyMemory<byte> Data);

/// <summary>
/// An <c>.onnx_adapter</c> file, as ONNX Runtime loads it: a FlatBuffer with the identifier <c>TORT</c>,
/// <c>Adapter{format_version, adapter_version, model_version, parameters: [{name, dims, data_type, raw_data}]}</c>.
/// </summary>
public sealed record AdapterFile
{
    internal const string Identifier = "TORT";
    internal const int FormatVersion = 1;

    /// <summary>Version of the adapter, the maker's own count.</summary>
    public int AdapterVersion { get; init; } = 1;

    /// <summary>Version of the model it was made for, the maker's own count.</summary>
    public int ModelVersion { get; init; } = 1;

    /// <summary>The tensors.</summary>
    public required IReadOnlyList<AdapterTensor> Tensors { get; init; }

    /// <summary>Columns of the first factor of the change to the head, rows of the second; 0 if it has none.</summary>
    public int Rank => Tensors.FirstOrDefault(t => t.Name == GraphNames.LoraB)?.Dims is [> 0 and <= int.MaxValue and var rank, _] ? (int)rank : 0;

    /// <summary>The adapter of a low-rank change to the head.</summary>
    /// <param name="type">The head's type: fp32, fp16 or bf16, to which the numbers are rounded.</param>
    /// <param name="hiddenSize">The decoder's hidden size.</param>
    /// <param name="rank">The rank.</param>
    /// <param name="vocabularySize">The decoder's vocabulary.</param>
    /// <param name="a">The first factor, <c>[hidden size, rank]</c>, row-major.</param>
    /// <param name="b">The second factor with the scale in it, <c>[rank, vocabulary]</c>, row-major.</param>
    public static AdapterFile OfFactors(ElementType type, int hiddenSize, int rank, int vocabularySize, ReadOnlySpan<float> a, ReadOnlySpan<float> b) => new()
    {
        Tensors =
        [
            new AdapterTensor(GraphNames.LoraA, [hiddenSize, rank], type, type.ToBytes(a)),
            new AdapterTensor(GraphNames.LoraB, [rank, vocabularySize], type, type.ToBytes(b)),
        ],
    };

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <exception cref="ArgumentException">A tensor has more or fewer bytes than its shape says.</exception>
    public void Save(string path)
    {
        var builder = new FlatBufferBuilder(1 << 16);
        var parameters = new Offset<int>[Tensors.Count];
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i] = Write(builder, Tensors[i]);
        }

        var vector = Vector(builder, parameters);
        builder.StartTable(4);
        builder.AddInt(0, FormatVersion, 0);
        builder.AddInt(1, AdapterVersion, 0);
        builder.AddInt(2, ModelVersion, 0);
        builder.AddOffset(3, vector.Value, 0);
        builder.Finish(builder.EndTable(), Identifier);
        var bytes = builder.DataBuffer.ToArraySegment(builder.DataBuffer.Position, builder.DataBuffer.Length - builder.DataBuffer.Position);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>Reads a file: whole tensors of finite floating-point numbers, each name once.</summary>
    /// <exception cref="GraphException">It is missing, cut short or no such adapter.</exception>
    public static AdapterFile Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return AdapterReader.Read(path, File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new GraphException(path, "no such file; expected an .onnx_adapter.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GraphException(path, $"can't be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a file and holds it against the decoder that it is to change, collecting every problem; for backends.</summary>
    /// <param name="path">The file.</param>
    /// <param name="file">What to call it in problems.</param>
    /// <param name="graph">The decoder's graph.</param>
    /// <param name="graphFile">What to call that.</param>
    /// <param name="hiddenSize">The decoder's hidden size.</param>
    /// <param name="vocabularySize">The decoder's vocabulary.</param>
    /// <param name="problems">Where what does not fit is listed.</param>
    /// <returns><see langword="null"/> if it does not fit; the reasons are then among the problems.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="graph"/> or <paramref name="problems"/> is <see langword="null"/>.</exception>
    public static AdapterFile? Read(
        string path, string file, GraphOutline graph, string graphFile, int hiddenSize, int vocabularySize, ICollection<BundleProblem> problems)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(problems);
        AdapterFile adapter;
        try
        {
            adapter = Load(path);
        }
        catch (GraphException e)
        {
            problems.Add(new BundleProblem(file, "", e.Problem, "an .onnx_adapter file that ONNX Runtime reads"));
            return null;
        }

        var before = problems.Count;
        foreach (var tensor in adapter.Tensors)
        {
            CheckSlot(tensor, file, graph, graphFile, problems);
        }

        var a = adapter.Factor(GraphNames.LoraA, file, hiddenSize, dimension: 0, "the decoder's hidden size", problems);
        var b = adapter.Factor(GraphNames.LoraB, file, vocabularySize, dimension: 1, "the decoder's vocabulary", problems);
        if (a is not null && b is not null && a.Dims[1] != b.Dims[0])
        {
            problems.Add(new BundleProblem(file, GraphNames.LoraB, Shape(b.Dims), $"the rank of {GraphNames.LoraA}, {a.Dims[1]}, in dimension 0"));
        }

        return problems.Count > before ? null : adapter;
    }

    private static void CheckSlot(AdapterTensor tensor, string file, GraphOutline graph, string graphFile, ICollection<BundleProblem> problems)
    {
        if (!graph.Slots.TryGetValue(tensor.Name, out var slot))
        {
            var slots = graph.Slots.Count > 0 ? string.Join(", ", graph.Slots.Keys) : "none";
            problems.Add(new BundleProblem(file, tensor.Name, "an adapter tensor", $"one of the initializers that {graphFile} lets adapters replace: {slots}"));
        }
        else if (slot.Type != tensor.Type)
        {
            problems.Add(new BundleProblem(file, tensor.Name, tensor.Type.Display(), $"{slot.Type.Display()}, as in {graphFile}"));
        }
        else if (tensor.Name is not (GraphNames.LoraA or GraphNames.LoraB)
            && (slot.Dims.Count != tensor.Dims.Count || slot.Dims.Zip(tensor.Dims).Any(d => d.First.IsFixed && d.First.Value != d.Second)))
        {
            problems.Add(new BundleProblem(file, tensor.Name, Shape(tensor.Dims), $"[{string.Join(", ", slot.Dims)}], as in {graphFile}"));
        }
    }

    private AdapterTensor? Factor(string name, string file, int expected, int dimension, string source, ICollection<BundleProblem> problems)
    {
        var tensor = Tensors.FirstOrDefault(t => t.Name == name);
        if (tensor is null)
        {
            problems.Add(new BundleProblem(file, name, "no such tensor", "both matrices of a low-rank change to lm_head"));
        }
        else if (tensor.Dims.Count != 2 || tensor.Dims[dimension] != expected)
        {
            problems.Add(new BundleProblem(file, name, Shape(tensor.Dims), $"two dimensions with {source}, {expected}, in dimension {dimension}"));
        }
        else
        {
            return tensor;
        }

        return null;
    }

    private static string Shape(IEnumerable<long> dims) => $"[{string.Join(", ", dims)}]";

    private static Offset<int> Write(FlatBufferBuilder builder, AdapterTensor tensor)
    {
        var expected = tensor.Dims.Aggregate(1L, (product, dim) => checked(product * dim)) * tensor.Type.Size();
        if (expected != tensor.Data.Length)
        {
            throw new ArgumentException(
                $"adapter tensor '{tensor.Name}' has {tensor.Data.Length:N0} bytes; [{string.Join(", ", tensor.Dims)}] {tensor.Type.Display()} takes {expected:N0}");
        }

        // Written back to front: the bytes must start on a multiple of eight when the buffer is read from the front.
        var data = tensor.Data.Span;
        builder.StartVector(1, data.Length, 8);
        for (var i = data.Length - 1; i >= 0; i--)
        {
            builder.PutByte(data[i]);
        }

        var raw = builder.EndVector();
        builder.StartVector(8, tensor.Dims.Count, 8);
        for (var i = tensor.Dims.Count - 1; i >= 0; i--)
        {
            builder.PutLong(tensor.Dims[i]);
        }

        var dims = builder.EndVector();
        var name = builder.CreateString(tensor.Name);
        builder.StartTable(4);
        builder.AddOffset(0, name.Value, 0);
        builder.AddOffset(1, dims.Value, 0);
        builder.AddInt(2, (int)tensor.Type, 0);
        builder.AddOffset(3, raw.Value, 0);
        return new Offset<int>(builder.EndTable());
    }

    private static VectorOffset Vector(FlatBufferBuilder builder, Offset<int>[] items)
    {
        builder.StartVector(4, items.Length, 4);
        for (var i = items.Length - 1; i >= 0; i--)
        {
            builder.AddOffset(items[i].Value);
        }

        return builder.EndVector();
    }
}
