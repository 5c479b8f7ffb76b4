using Google.Protobuf;

namespace SafeSwitch.OnnxRuntimeGenAI.Loading;

/// <summary>
/// Inputs and outputs of an ONNX graph, read from its file alone: a session on the CPU would read the weights, and can't be made
/// of a graph for another device.
/// </summary>
internal sealed class GraphSignature
{
    private const int ModelGraph = 7;
    private const int GraphInput = 11;
    private const int GraphOutput = 12;

    private readonly Dictionary<string, TensorSignature> inputs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorSignature> outputs = new(StringComparer.Ordinal);

    private GraphSignature()
    {
    }

    public IReadOnlyDictionary<string, TensorSignature> Inputs => inputs;

    public IReadOnlyDictionary<string, TensorSignature> Outputs => outputs;

    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="InvalidDataException">It is no ONNX model.</exception>
    public static GraphSignature Read(string path)
    {
        using var stream = File.OpenRead(path);
        using var input = new CodedInputStream(stream);
        var signature = new GraphSignature();
        try
        {
            while (input.ReadTag() is var tag and not 0)
            {
                if (WireFormat.GetTagFieldNumber(tag) == ModelGraph)
                    signature.ReadGraph(input);
                else
                    input.SkipLastField();
            }
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new InvalidDataException(e.Message, e);
        }

        return signature.outputs.Count > 0 ? signature : throw new InvalidDataException("a file without a graph");
    }

    private void ReadGraph(CodedInputStream input)
    {
        var length = input.ReadLength();
        var end = input.Position + length;
        while (input.Position < end)
        {
            var field = WireFormat.GetTagFieldNumber(input.ReadTag());
            if (field is GraphInput or GraphOutput)
            {
                var tensor = TensorSignature.Read(input.ReadBytes());
                (field == GraphInput ? inputs : outputs)[tensor.Name] = tensor;
            }
            else
            {
                input.SkipLastField();
            }
        }
    }
}
