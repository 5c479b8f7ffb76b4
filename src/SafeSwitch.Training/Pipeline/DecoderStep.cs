using SafeSwitch.Bundles;
using SafeSwitch.Instrumentation;
using SafeSwitch.Onnx;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Pipeline;

/// <summary>The decoder that states are collected from: a copy that exports every layer asked for and shares the weights.</summary>
internal static class DecoderStep
{
    public static CollectionDecoder Run(BuildContext context)
    {
        var folder = Path.Combine(context.Files.Work, "decoder");
        var graph = Path.Combine(context.Files.Folder, context.Recipe.Graph);
        if (!File.Exists(graph))
            throw new RecipeException(context.Files.RecipePath, "graph", $"no file '{context.Recipe.Graph}'", "the decoder, in the recipe's folder");

        var layers = context.Recipe.Collect.Layers.Distinct().Order().ToList();
        var stamp = new StepStamp<CollectionDecoder>(context.Files.Work, "decoder");
        var inputs = InputDigest.Of(FileFingerprint.Sample(context.Files.Folder, context.Recipe.Graph).Digest, layers);
        string[] files = [Path.Combine(folder, GraphNames.ServingGraph), Path.Combine(folder, GraphNames.TrainingGraph)];
        if (stamp.Standing(inputs, files) is { } standing)
            return standing;

        context.Report("instrument", $"exporting {string.Join(", ", layers)} and the final state");
        Instrumenter.Instrument(graph, folder, new InstrumentOptions { Layers = layers });
        return stamp.Keep(inputs, files, new CollectionDecoder(folder, DecoderFingerprint.Of(folder)));
    }
}
