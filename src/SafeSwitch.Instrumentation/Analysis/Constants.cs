using System.Buffers.Binary;
using System.Runtime.InteropServices;

using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>Which tensors don't depend on any input, and what can be said of them without computing them.</summary>
internal sealed class Constants
{
    private readonly GraphIndex index;
    private readonly HashSet<string> computed = new(StringComparer.Ordinal);

    public Constants(GraphIndex index)
    {
        this.index = index;
        var open = new Queue<string>(index.Graph.Input.Select(input => input.Name).Where(index.IsInput));
        foreach (var random in index.Graph.Node.Where(node => node.OpType.StartsWith("Random", StringComparison.Ordinal)))
            Add(random);
        while (open.TryDequeue(out var tensor))
        {
            computed.Add(tensor);
            foreach (var reader in index.Consumers(tensor))
                Add(reader);
        }

        void Add(NodeProto node)
        {
            foreach (var output in node.Output.Where(output => output.Length > 0 && computed.Add(output)))
                open.Enqueue(output);
        }
    }

    /// <summary>Whether a tensor is a weight, or computed from weights only (transposed, dequantised, cast, …).</summary>
    public bool IsConstant(string tensor) => tensor.Length == 0 || (index.Exists(tensor) && !computed.Contains(tensor));

    /// <summary>The shape of a constant; <see langword="null"/> if only computing it would tell.</summary>
    public IReadOnlyList<long>? Shape(string tensor)
    {
        if (index.Initializer(tensor) is { } initializer)
            return [.. initializer.Dims];
        if (index.Producer(tensor) is not { } node)
            return null;
        switch (node.OpType)
        {
            case "Constant":
                return node.Find("value")?.T is { } value ? [.. value.Dims] : null;
            case "Identity" or "Cast" or "DequantizeLinear" or "QuantizeLinear":
                return Shape(node.InputAt(0));
            case "Transpose" when Shape(node.InputAt(0)) is { } shape:
                return node.Find("perm") is { } permutation
                    ? permutation.Ints.All(axis => axis >= 0 && axis < shape.Count) ? [.. permutation.Ints.Select(axis => shape[(int)axis])] : null
                    : [.. shape.Reverse()];
            case "Reshape" when Integers(node.InputAt(1)) is { } target && target.All(dim => dim > 0):
                return target;
            default:
                return index.Value(tensor)?.Type?.TensorType?.Shape?.Dim.Select(Dim.From).ToList() is { } dims && dims.All(dim => dim.Name is null)
                    ? [.. dims.Select(dim => dim.Value)]
                    : null;
        }
    }

    /// <summary>The weights that a constant is computed from.</summary>
    public IEnumerable<string> Weights(string tensor)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { tensor };
        var open = new Queue<string>(seen);
        while (open.TryDequeue(out var name))
        {
            if (index.Initializer(name) is not null)
            {
                yield return name;
            }
            else
            {
                foreach (var input in index.Producer(name)?.Input.Where(input => input.Length > 0 && seen.Add(input)) ?? [])
                    open.Enqueue(input);
            }
        }
    }

    /// <summary>A constant's numbers, if it is small, inside the graph and of int64.</summary>
    public IReadOnlyList<long>? Integers(string tensor)
    {
        if (Tensor(tensor) is not { } found || (ElementType)found.DataType != ElementType.Int64 || ExternalData.Of(found) is not null)
            return null;
        return found.HasRawData ? MemoryMarshal.Cast<byte, long>(found.RawData.Span).ToArray() : [.. found.Int64Data];
    }

    /// <summary>How many numbers a vector such as a shape holds, computed or not; <see langword="null"/> if it isn't plain to see.</summary>
    public long? Length(string vector)
    {
        if (Shape(vector) is [var stored])
            return stored;
        return index.Producer(vector) switch
        {
            { OpType: "Concat" } node => node.Input.Select(Length).Aggregate((long?)0, (sum, part) => sum + part),
            { OpType: "Cast" or "Identity" } node => Length(node.Input[0]),
            { OpType: "Unsqueeze" } => 1,
            { OpType: "Gather" } node => Shape(node.InputAt(1)) is [var picked] ? picked : null,
            _ => null,
        };
    }

    /// <summary>A constant of one element as a number; <see langword="null"/> if it isn't one.</summary>
    public float? Scalar(string tensor)
    {
        if (Tensor(tensor) is not { } found || found.Dims.Any(dim => dim != 1) || ExternalData.Of(found) is not null)
            return null;
        var raw = found.RawData.Span;
        if (found.HasRawData && raw.Length != ((ElementType)found.DataType).Size())
            return null;
        return (ElementType)found.DataType switch
        {
            ElementType.Float32 => found.HasRawData ? BinaryPrimitives.ReadSingleLittleEndian(raw) : found.FloatData.FirstOrDefault(),
            ElementType.Float16 => found.HasRawData
                ? (float)BinaryPrimitives.ReadHalfLittleEndian(raw)
                : (float)BitConverter.UInt16BitsToHalf((ushort)found.Int32Data.FirstOrDefault()),
            ElementType.BFloat16 => BrainFloat.Widen(found.HasRawData ? BinaryPrimitives.ReadUInt16LittleEndian(raw) : (ushort)found.Int32Data.FirstOrDefault()),
            ElementType.Float64 => (float)(found.HasRawData ? BinaryPrimitives.ReadDoubleLittleEndian(raw) : found.DoubleData.FirstOrDefault()),
            _ => null,
        };
    }

    /// <summary>The stored tensor behind a name, through casts and copies that keep its value.</summary>
    public TensorProto? Tensor(string tensor) =>
        index.Initializer(tensor) ?? index.Producer(tensor) switch
        {
            { OpType: "Constant" } node => node.Find("value")?.T,
            { OpType: "Identity" or "Cast" } node => Tensor(node.InputAt(0)),
            _ => null,
        };
}
