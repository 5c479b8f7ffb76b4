using SafeSwitch.Onnx.Adapters;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Training.Adapters;

/// <summary>Trained weights as an <c>.onnx_adapter</c> file, in the head's type.</summary>
internal static class LoraFile
{
    public static AdapterFile Of(LoraWeights weights, ElementType type) =>
        AdapterFile.OfFactors(type, weights.Hidden, weights.Rank, weights.Vocabulary, weights.A, weights.FoldedB());
}
