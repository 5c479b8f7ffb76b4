using Google.Protobuf;

namespace SafeSwitch.OnnxRuntimeGenAI.Loading;

/// <summary>Name, element type (ONNX's number) and shape of a graph's input or output; a dimension that is not fixed is -1.</summary>
internal sealed record TensorSignature(string Name, int ElementType, IReadOnlyList<long> Shape)
{
    /// <param name="valueInfo">An ONNX <c>ValueInfoProto</c>.</param>
    public static TensorSignature Read(ByteString valueInfo)
    {
        var name = "";
        var elementType = 0;
        List<long> shape = [];
        foreach (var (field, value) in Fields(valueInfo))
        {
            if (field == 1)
                name = value.ToStringUtf8();
            foreach (var (_, tensorType) in field == 2 ? Fields(value).Where(f => f.Field == 1) : [])
            {
                elementType = (int)Number(tensorType, field: 1, otherwise: 0);
                foreach (var (_, dimensions) in Fields(tensorType).Where(f => f.Field == 2))
                    shape.AddRange(Fields(dimensions).Where(f => f.Field == 1).Select(d => Number(d.Value, field: 1, otherwise: -1)));
            }
        }

        return new TensorSignature(name, elementType, shape);
    }

    // The length-delimited fields of a message.
    private static IEnumerable<(int Field, ByteString Value)> Fields(ByteString message)
    {
        using var input = message.CreateCodedInput();
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                yield return (WireFormat.GetTagFieldNumber(tag), input.ReadBytes());
            else
                input.SkipLastField();
        }
    }

    private static long Number(ByteString message, int field, long otherwise)
    {
        using var input = message.CreateCodedInput();
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.Varint)
                return input.ReadInt64();
            input.SkipLastField();
        }

        return otherwise;
    }
}
