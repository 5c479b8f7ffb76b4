using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Import;

/// <summary>The decoder that an import is for.</summary>
internal static class DecoderModel
{
    public static DecoderGraph Analyze(string model)
    {
        var folder = ModelFolder.Open(model);
        return DecoderGraph.Analyze(folder.Graph, GraphFile.Load(folder.Graph), folder.Logits);
    }
}
