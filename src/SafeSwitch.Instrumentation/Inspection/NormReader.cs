using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Inspection;

/// <summary>Names the norm that the head reads.</summary>
internal static class NormReader
{
    private const int Reach = 12;

    public static string Describe(DecoderGraph decoder)
    {
        var operators = new HashSet<string>(StringComparer.Ordinal);
        var open = new Queue<string>([decoder.Head.States]);
        while (operators.Count < Reach && open.TryDequeue(out var tensor))
        {
            if (decoder.Constants.IsConstant(tensor) || decoder.Index.Producer(tensor) is not { } node)
                continue;
            if (node.OpType.EndsWith("Normalization", StringComparison.Ordinal))
                return operators.All(name => name is "Cast" or "Mul" or "Identity") ? node.OpType : "none found";
            operators.Add(node.OpType);
            if (operators.Contains("ReduceMean"))
                return operators.Contains("Sub") ? "layer norm in plain operators" : "RMS norm in plain operators";
            foreach (var input in node.Input)
                open.Enqueue(input);
        }

        return "none found";
    }
}
