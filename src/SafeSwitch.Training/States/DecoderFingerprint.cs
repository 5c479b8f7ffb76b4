using System.Security.Cryptography;
using System.Text;
using SafeSwitch.Bundles;
using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Graphs;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>
/// What the states of an instrumented model depend on: its weights, wherever they are. The outputs that the graph happens to export
/// don't matter, so a model that is instrumented again, for other layers, keeps its fingerprint.
/// </summary>
public static class DecoderFingerprint
{
    private static readonly string[] Added = [GraphNames.LoraA, GraphNames.LoraB, GraphNames.LoraGate];

    /// <summary>Refuses states of another decoder than a folder's: what is trained on them would mean nothing there.</summary>
    /// <param name="store">The states.</param>
    /// <param name="folder">The instrumented model.</param>
    /// <exception cref="DataException">They are of another one.</exception>
    /// <exception cref="GraphException">The graph or a weight file is missing or malformed.</exception>
    internal static void Check(StateStore store, string folder)
    {
        var fingerprint = Of(folder);
        if (store.Fingerprint != fingerprint)
            throw new DataException($"'{store.Folder}' holds states of another model: expected {fingerprint}, the decoder in '{folder}', found {store.Fingerprint}.") { StepToRun = BuildStep.Collect };
    }

    /// <summary>The fingerprint of a model folder's decoder, in lower-case hexadecimal.</summary>
    /// <param name="folder">The instrumented model.</param>
    /// <exception cref="GraphException">The graph or a weight file is missing or malformed.</exception>
    public static string Of(string folder)
    {
        var source = ModelFolder.Open(folder);
        var model = GraphFile.Load(source.Graph);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in WeightFiles.Of(model, source.Graph).Order(StringComparer.Ordinal))
            Append(FileFingerprint.Sample(source.GraphFolder, file).Digest);
        foreach (var tensor in model.Graph.Initializer.Where(t => ExternalData.Of(t) is null && !Added.Contains(t.Name)).OrderBy(t => t.Name, StringComparer.Ordinal))
        {
            Append(tensor.Name);
            hash.AppendData(tensor.RawData.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Append(string text) => hash.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
    }
}
