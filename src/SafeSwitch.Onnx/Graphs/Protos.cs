using System.Runtime.InteropServices;
using Google.Protobuf;

namespace SafeSwitch.Onnx.Graphs;

/// <summary>Short ways to make and read the format's messages.</summary>
public static class Protos
{
    /// <summary>A node, named after its first output.</summary>
    public static NodeProto Node(string op, ReadOnlySpan<string> inputs, ReadOnlySpan<string> outputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = op, Name = outputs[0] };
        foreach (var input in inputs)
            node.Input.Add(input);
        foreach (var output in outputs)
            node.Output.Add(output);
        foreach (var attribute in attributes)
            node.Attribute.Add(attribute);
        return node;
    }

    /// <summary>An attribute.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">A whole number, float, string, tensor, list of numbers or <see cref="ElementType"/>.</param>
    /// <exception cref="ArgumentException">The value is none of these.</exception>
    public static AttributeProto Attribute(string name, object value) => value switch
    {
        long number => new() { Name = name, I = number, Type = 2 },
        int number => new() { Name = name, I = number, Type = 2 },
        float number => new() { Name = name, F = number, Type = 1 },
        string text => new() { Name = name, S = ByteString.CopyFromUtf8(text), Type = 3 },
        TensorProto tensor => new() { Name = name, T = tensor, Type = 4 },
        IEnumerable<float> numbers => new() { Name = name, Floats = { numbers }, Type = 6 },
        IEnumerable<long> numbers => new() { Name = name, Ints = { numbers }, Type = 7 },
        ElementType type => new() { Name = name, I = (long)type, Type = 2 },
        _ => throw new ArgumentException($"no ONNX attribute for {value.GetType()}", nameof(value)),
    };

    /// <summary>An input or output.</summary>
    public static ValueInfoProto Value(string name, ElementType type, params IEnumerable<Dim> dims) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = (int)type,
                Shape = new TensorShapeProto { Dim = { dims.Select(dim => dim.ToProto()) } },
            },
        },
    };

    /// <summary>A tensor in single precision. Row-major; no dims makes a scalar.</summary>
    public static TensorProto Tensor(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> dims) =>
        Tensor(name, ElementType.Float32, MemoryMarshal.AsBytes(values), dims);

    /// <summary>A tensor of 64-bit integers. Row-major; no dims makes a scalar.</summary>
    public static TensorProto Tensor(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> dims) =>
        Tensor(name, ElementType.Int64, MemoryMarshal.AsBytes(values), dims);

    /// <summary>A tensor of any type from its bytes. Row-major; no dims makes a scalar.</summary>
    public static TensorProto Tensor(string name, ElementType type, ReadOnlySpan<byte> littleEndian, params ReadOnlySpan<long> dims)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(littleEndian) };
        foreach (var dim in dims)
            tensor.Dims.Add(dim);
        return tensor;
    }

    /// <summary>A node's attribute of that name.</summary>
    public static AttributeProto? Find(this NodeProto node, string attribute) =>
        node.Attribute.FirstOrDefault(candidate => candidate.Name == attribute);

    /// <summary>A node's whole number of that name.</summary>
    public static long Int(this NodeProto node, string attribute, long fallback) => node.Find(attribute)?.I ?? fallback;

    /// <summary>What a person calls the node: its name, or the tensor it makes.</summary>
    public static string Display(this NodeProto node) => node.Name.Length > 0 ? node.Name : node.Output.FirstOrDefault() ?? node.OpType;

    /// <summary>The n-th input, or an empty string where an optional one is left out.</summary>
    public static string InputAt(this NodeProto node, int index) => index < node.Input.Count ? node.Input[index] : "";
}
