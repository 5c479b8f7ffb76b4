using System.Text;

namespace SafeSwitch.OnnxRuntime.Tests.Support;

/// <summary>
/// A probe graph small enough to write byte by byte: the sigmoid of the sum of all states, content positions only if asked;
/// over several states, of the last one's.
/// </summary>
internal sealed class ProbeGraph
{
    private const int Float = 1;

    public string[] HiddenStates { get; init; } = ["hidden_states"];

    public int Width { get; init; } = SmallDecoder.Width;

    public int Type { get; init; } = Float;

    public bool TakesContentMask { get; init; } = true;

    public bool TakesAttentionMask { get; init; }

    public string Output { get; init; } = "probability";

    public byte[] ToBytes()
    {
        var graph = new List<byte>();
        var states = HiddenStates[^1];
        var masked = states;
        foreach (var mask in new[] { TakesContentMask ? "content_mask" : null, TakesAttentionMask ? "attention_mask" : null }.OfType<string>())
        {
            Message(graph, 1, Node("Unsqueeze", [mask, "last_axis"], [mask + "_wide"]));
            Message(graph, 1, Node("Mul", [masked, mask + "_wide"], [masked + "_" + mask]));
            masked += "_" + mask;
        }

        Message(graph, 1, Node("ReduceSum", [masked, "axes"], ["sums"], ("keepdims", 0)));
        Message(graph, 1, Node("Unsqueeze", ["sums", "class_axis"], ["logit"]));
        Message(graph, 1, Node("Sigmoid", ["logit"], [Output]));
        Text(graph, 2, "probe");
        Message(graph, 5, Integers("last_axis", 2));
        Message(graph, 5, Integers("axes", 1, 2));
        Message(graph, 5, Integers("class_axis", 1));
        foreach (var name in HiddenStates)
            Message(graph, 11, Value(name, Type, Width));
        if (TakesContentMask)
            Message(graph, 11, Value("content_mask", Float, width: null));
        if (TakesAttentionMask)
            Message(graph, 11, Value("attention_mask", Float, width: null));
        Message(graph, 12, Value(Output, Type, 1, rank: 2));

        var model = new List<byte>();
        Number(model, 1, 8);
        Message(model, 7, graph);
        var opset = new List<byte>();
        Number(opset, 2, 17);
        Message(model, 8, opset);
        return [.. model];
    }

    private static List<byte> Node(string type, string[] inputs, string[] outputs, params (string Name, long Value)[] attributes)
    {
        var node = new List<byte>();
        foreach (var input in inputs)
            Text(node, 1, input);
        foreach (var output in outputs)
            Text(node, 2, output);
        Text(node, 4, type);
        foreach (var (name, value) in attributes)
        {
            var attribute = new List<byte>();
            Text(attribute, 1, name);
            Number(attribute, 3, value);
            Number(attribute, 20, 2);
            Message(node, 5, attribute);
        }

        return node;
    }

    private static List<byte> Integers(string name, params long[] values)
    {
        var tensor = new List<byte>();
        Number(tensor, 1, values.Length);
        Number(tensor, 2, 7);
        Text(tensor, 8, name);
        Message(tensor, 9, [.. values.SelectMany(BitConverter.GetBytes)]);
        return tensor;
    }

    private static List<byte> Value(string name, int type, int? width, int rank = 3)
    {
        var shape = new List<byte>();
        Message(shape, 1, Dimension("batch"));
        if (rank == 3 || width is null)
            Message(shape, 1, Dimension("sequence"));
        if (width is { } fixedWidth)
        {
            var dimension = new List<byte>();
            Number(dimension, 1, fixedWidth);
            Message(shape, 1, dimension);
        }

        List<byte> tensor = [], typeProto = [], value = [];
        Number(tensor, 1, type);
        Message(tensor, 2, shape);
        Message(typeProto, 1, tensor);
        Text(value, 1, name);
        Message(value, 2, typeProto);
        return value;
    }

    private static List<byte> Dimension(string name)
    {
        var dimension = new List<byte>();
        Text(dimension, 2, name);
        return dimension;
    }

    private static void Number(List<byte> message, int field, long value)
    {
        Varint(message, (field << 3) | 0);
        Varint(message, value);
    }

    private static void Text(List<byte> message, int field, string text) => Message(message, field, [.. Encoding.UTF8.GetBytes(text)]);

    private static void Message(List<byte> message, int field, List<byte> content)
    {
        Varint(message, (field << 3) | 2);
        Varint(message, content.Count);
        message.AddRange(content);
    }

    private static void Varint(List<byte> message, long value)
    {
        for (var rest = (ulong)value; ; rest >>= 7)
        {
            if (rest < 0x80)
            {
                message.Add((byte)rest);
                return;
            }

            message.Add((byte)(rest | 0x80));
        }
    }
}
