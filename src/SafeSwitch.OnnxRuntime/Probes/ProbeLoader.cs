using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime.Decoding;

namespace SafeSwitch.OnnxRuntime.Probes;

/// <summary>Loads probes and holds their inputs against the decoder's hidden states, collecting every difference.</summary>
/// <param name="hiddenStates">Names of the hidden states that the decoder exports.</param>
/// <param name="hiddenSize">Their width.</param>
/// <param name="problems">Where what does not fit is listed.</param>
internal sealed class ProbeLoader(IReadOnlyList<string> hiddenStates, int hiddenSize, List<BundleProblem> problems)
{
    /// <returns><see langword="null"/> if it does not fit; the reasons are then among the problems.</returns>
    public OnnxProbe? Load(ProbeDescription description, string path)
    {
        if (GraphLoader.Load(path, description.File, SmallGraph, problems) is not { } session)
            return null;
        var before = problems.Count;
        var inputs = Check(description, session);
        if (problems.Count == before)
            return new OnnxProbe(description, session, inputs);
        session.Dispose();
        return null;
    }

    private ProbeInputs Check(ProbeDescription description, InferenceSession session)
    {
        var file = description.File;
        foreach (var name in description.HiddenStates)
        {
            if (!hiddenStates.Contains(name))
                problems.Add(new BundleProblem(Bundle.ManifestFile, $"probes.{description.Name}.hidden_states", name, $"one that the decoder exports: {string.Join(", ", hiddenStates)}"));
            if (!session.InputMetadata.TryGetValue(name, out var metadata))
                problems.Add(new BundleProblem(file, name, $"inputs {string.Join(", ", session.InputNames)}", "an input of that name, which the manifest says it reads"));
            else
                CheckInput(file, name, metadata, rank: 3);
        }

        foreach (var (name, metadata) in session.InputMetadata)
        {
            if (name is ProbeInputs.ContentMask or ProbeInputs.AttentionMask)
                CheckInput(file, name, metadata, rank: 2);
            else if (!description.HiddenStates.Contains(name))
                problems.Add(new BundleProblem(file, name, "an input", $"no inputs but {ProbeInputs.ContentMask}, {ProbeInputs.AttentionMask} and the hidden states that the manifest says it reads"));
        }

        if (!session.OutputMetadata.TryGetValue(ProbeInputs.Probability, out var output))
            problems.Add(new BundleProblem(file, ProbeInputs.Probability, $"outputs {string.Join(", ", session.OutputNames)}", "an output of that name"));
        else if (output.ElementDataType != TensorElementType.Float)
            problems.Add(new BundleProblem(file, ProbeInputs.Probability, output.ElementDataType.ToString(), "Float [batch, classes]"));

        var takesContentMask = session.InputMetadata.ContainsKey(ProbeInputs.ContentMask);
        var takesAttentionMask = session.InputMetadata.ContainsKey(ProbeInputs.AttentionMask);
        List<string> names = [.. description.HiddenStates];
        if (takesContentMask)
            names.Add(ProbeInputs.ContentMask);
        if (takesAttentionMask)
            names.Add(ProbeInputs.AttentionMask);
        return new ProbeInputs(names, hiddenSize, takesContentMask, takesAttentionMask);
    }

    private void CheckInput(string file, string name, NodeMetadata metadata, int rank)
    {
        if (metadata.ElementDataType != TensorElementType.Float)
            problems.Add(new BundleProblem(file, name, metadata.ElementDataType.ToString(), "Float"));
        if (metadata.Dimensions.Length != rank)
            problems.Add(new BundleProblem(file, name, $"[{string.Join(", ", metadata.Dimensions)}]", $"{rank} dimensions"));
        else if (rank == 3 && metadata.Dimensions[2] >= 0 && metadata.Dimensions[2] != hiddenSize)
            problems.Add(new BundleProblem(file, name, string.Create(CultureInfo.InvariantCulture, $"width {metadata.Dimensions[2]}"), string.Create(CultureInfo.InvariantCulture, $"{hiddenSize}, the decoder's hidden size")));
    }

    /// <summary>A probe takes microseconds: more threads would only get in the decoder's way.</summary>
    private static SessionOptions SmallGraph() => new()
    {
        IntraOpNumThreads = 1,
        InterOpNumThreads = 1,
        EnableCpuMemArena = false,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
    };
}
