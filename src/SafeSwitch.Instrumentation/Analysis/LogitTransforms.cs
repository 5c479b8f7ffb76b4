using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>Reads the steps from a graph.</summary>
internal static class LogitTransforms
{
    /// <summary>What is between the head's product and the logits.</summary>
    /// <exception cref="GraphException">A step has no known derivative.</exception>
    public static LogitTransform Read(DecoderGraph decoder) =>
        new([.. decoder.Head.After.Select(node => Step(decoder, node)).OfType<LogitStep>()]);

    private static LogitStep? Step(DecoderGraph decoder, NodeProto node)
    {
        switch (node.OpType)
        {
            case "Tanh":
                return new LogitStep(LogitStepKind.Tanh);
            case "Mul" when Constant(decoder, node) is { Position: >= 0, Values: [var factor] }:
                return new LogitStep(LogitStepKind.Scale, factor);
            case "Div" when Constant(decoder, node) is { Position: 1, Values: [var divisor] }:
                return new LogitStep(LogitStepKind.Scale, 1 / divisor);
            case "Add" when Constant(decoder, node) is { Values: { } terms }:
                return new LogitStep(LogitStepKind.Bias, Bias: terms);
            case "Sub" when Constant(decoder, node) is { Position: 1, Values: { } terms }:
                return new LogitStep(LogitStepKind.Bias, Bias: Array.ConvertAll(terms, term => -term));
            default:
                return HeadPath.Carries(node)
                    ? null
                    : throw new GraphException(
                        decoder.File, $"{node.OpType} '{node.Display()}' between the head and the logits has no known derivative: an adapter can't be trained through it.");
        }
    }

    private static (int Position, float[] Values)? Constant(DecoderGraph decoder, NodeProto node)
    {
        for (var i = 0; i < node.Input.Count; i++)
        {
            if (decoder.Constants.IsConstant(node.Input[i]))
            {
                return decoder.Constants.Tensor(node.Input[i]) is { } tensor
                    ? (i, WeightReader.ReadSingles(tensor, decoder.File))
                    : throw new GraphException(decoder.File, $"{node.OpType} '{node.Display()}' has a computed constant operand; expected a stored one.");
            }
        }

        return null;
    }
}
