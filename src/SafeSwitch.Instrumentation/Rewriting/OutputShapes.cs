using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Rewriting;

/// <summary>Declared shapes of a decoder's outputs, in the names that its own input ids use.</summary>
internal static class OutputShapes
{
    public static ValueInfoProto States(DecoderGraph decoder, string name, ElementType type)
    {
        var (batch, sequence) = Positions(decoder);
        return Protos.Value(name, type, batch, sequence, decoder.Head.HiddenSize);
    }

    public static void SetLogits(DecoderGraph decoder, GraphRole role)
    {
        var (batch, sequence) = Positions(decoder);
        decoder.Model.Graph.Output.First(output => output.Name == decoder.Logits).Type = Protos.Value(
            decoder.Logits,
            decoder.Types.Of(decoder.Logits),
            batch,
            role == GraphRole.Serving ? 1 : sequence,
            decoder.Head.VocabularySize).Type;
    }

    private static (Dim Batch, Dim Sequence) Positions(DecoderGraph decoder)
    {
        var dims = decoder.Index.Value(decoder.InputIds)?.Type?.TensorType?.Shape?.Dim;
        return (Named(dims?.ElementAtOrDefault(0), "batch_size"), Named(dims?.ElementAtOrDefault(1), "sequence_length"));
    }

    private static Dim Named(TensorShapeProto.Types.Dimension? dimension, string fallback) =>
        dimension is null || dimension.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.None ? fallback : Dim.From(dimension);
}
