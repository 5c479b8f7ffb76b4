using Google.Protobuf;
using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Instrumentation.Rewriting;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Configuration;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation;

/// <summary>
/// Makes a decoder watchable and steerable by editing its graph: hidden states as outputs, slots for a refusal adapter on the
/// head, and the head computed for the last position only (serving) or for all (training). Weights are never loaded.
/// </summary>
public static class Instrumenter
{
    private static readonly (string Place, string Pattern)[] TrainedParts = [("", "safeswitch.json"), ("probes", "*.onnx"), ("adapters", "*.onnx_adapter")];

    /// <summary>Instruments a model.</summary>
    /// <param name="model">A folder of ONNX Runtime GenAI or an export of the Hub, or one graph in it. Instrumented ones may be given too.</param>
    /// <param name="outputFolder">
    /// Where the graphs go: the model's own folder, whose <c>genai_config.json</c> then names the serving graph; or another one, which
    /// gets the weights as hard links (copies where that can't be) and the configuration and tokenizer files.
    /// </param>
    /// <param name="options">What to add; <see langword="null"/>: the final state only.</param>
    /// <exception cref="GraphException">The model can't be instrumented; the message says why. Nothing half-written is left.</exception>
    /// <exception cref="ExistingFileException">The output folder holds trained parts that other graphs may not fit; nothing was written.</exception>
    /// <exception cref="IOException">The output can't be written, or another process instruments into it.</exception>
    public static InstrumentedModel Instrument(string model, string outputFolder, InstrumentOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(outputFolder);
        options ??= new InstrumentOptions();
        outputFolder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(outputFolder));
        var source = ModelFolder.Open(model);
        var decoder = DecoderGraph.Analyze(source.Graph, GraphFile.Load(source.Graph), source.Logits);
        var weights = WeightFiles.Of(decoder.Model, source.Graph).ToList();
        var serving = GraphInstrumenter.Instrument(decoder, options.Layers, GraphRole.Serving);
        var config = GenAIConfigWriter.For(source, decoder, GraphNames.ServingGraph);

        var notes = new List<string>();
        if (Directory.Exists(outputFolder))
        {
            using var claim = WriteLock.Take(Path.Combine(outputFolder, GraphNames.ServingGraph));
            if (!options.Overwrite)
                CheckTrainedParts(outputFolder, serving);
            Write(outputFolder);
        }
        else
        {
            AtomicFolder.Write(outputFolder, Write);
        }

        return new InstrumentedModel
        {
            Folder = outputFolder,
            ServingGraph = GraphNames.ServingGraph,
            TrainingGraph = GraphNames.TrainingGraph,
            WeightFiles = weights,
            HiddenStates = [.. options.Layers.Distinct().Order().Select(GraphNames.HiddenStatesOf).Prepend(GraphNames.HiddenStates)],
            HiddenSize = decoder.Head.HiddenSize,
            VocabularySize = decoder.Head.VocabularySize,
            Layers = decoder.Layers,
            Notes = notes,
        };

        void Write(string folder)
        {
            if (!IsSameFolder(folder, source.GraphFolder))
                SharedWeights.Bring(weights, source.GraphFolder, folder, notes);
            if (SharedWeights.MoveOut(decoder.Model, WeightsName(source), folder) is { } moved)
            {
                weights.Add(moved);
                serving = GraphInstrumenter.Instrument(decoder, options.Layers, GraphRole.Serving);
            }

            if (!IsSameFolder(folder, source.Folder))
                CompanionFiles.Copy(source.Folder, folder, weights);
            GraphFile.Save(GraphInstrumenter.Instrument(decoder, options.Layers, GraphRole.Training), Path.Combine(folder, GraphNames.TrainingGraph));
            GraphFile.Save(serving, Path.Combine(folder, GraphNames.ServingGraph));

            // Last, so that it never names a graph that isn't there yet.
            AtomicFile.WriteText(Path.Combine(folder, GenAIConfig.FileName), config);
        }
    }

    // Probes are trained on states of the graph that is there, a bundle is checked against it.
    private static void CheckTrainedParts(string folder, ModelProto serving)
    {
        var graph = Path.Combine(folder, GraphNames.ServingGraph);
        if (TrainedPart(folder) is not { } part || (File.Exists(graph) && serving.ToByteArray().AsSpan().SequenceEqual(File.ReadAllBytes(graph))))
            return;
        throw new ExistingFileException(part, "trained or calibrated for the graph that is there; expected a folder without trained parts, or the same layers again.");
    }

    private static string? TrainedPart(string folder) =>
        TrainedParts
            .Select(p => (Path: Path.Combine(folder, p.Place), p.Pattern))
            .Where(p => Directory.Exists(p.Path))
            .SelectMany(p => Directory.EnumerateFiles(p.Path, p.Pattern))
            .Order(StringComparer.Ordinal)
            .FirstOrDefault();

    private static string WeightsName(ModelFolder source) => Path.GetFileNameWithoutExtension(source.Graph) + ".weights";

    private static bool IsSameFolder(string left, string right) => Path.GetFullPath(left) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(right));
}
