using SafeSwitch.Bundles;
using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Instrumentation.Inspection;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Calibration;

/// <summary>Describes the decoder of an instrumented folder from its graph; weights are not loaded.</summary>
internal static class InstrumentedDecoder
{
    /// <summary>The decoder as a manifest names it.</summary>
    /// <exception cref="GraphException">There is no decoder.</exception>
    /// <exception cref="DataException">It is not instrumented.</exception>
    public static DecoderDescription Describe(string folder, string name)
    {
        var source = ModelFolder.Open(folder);
        var model = GraphFile.Load(source.Graph);
        var decoder = Inspector.Inspect(source.Graph);
        if (decoder.Problems.Count > 0)
            throw new GraphException(source.Graph, string.Join(" ", decoder.Problems));
        if (!decoder.HasAdapterSlots)
            throw new DataException($"'{source.Graph}' is not instrumented: found no slots for an adapter, expected those that instrumenting adds.") { StepToRun = BuildStep.Instrument };
        var graph = Path.GetRelativePath(folder, source.Graph);
        var trainingGraph = File.Exists(Path.Combine(folder, GraphNames.TrainingGraph)) ? GraphNames.TrainingGraph : null;
        return new DecoderDescription
        {
            Name = name,
            Graph = graph,
            TrainingGraph = trainingGraph,
            Files =
            [
                .. WeightFiles.Of(model, source.Graph).Order(StringComparer.Ordinal).Prepend(graph)
                    .Concat(trainingGraph is null ? [] : [trainingGraph]).Distinct().Select(f => FileFingerprint.Compute(folder, f)),
            ],
            HiddenSize = decoder.HiddenSize,
            VocabularySize = decoder.VocabularySize,
            HiddenStates = decoder.HiddenStates,
        };
    }
}
