using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Instrumentation.Rewriting;
using SafeSwitch.Onnx;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Import;

/// <summary>
/// A decoder's head as a matrix, whatever it is stored as: the head is cut out and run on unit vectors, less what it gives for
/// nothing (a bias inside the product).
/// </summary>
internal static class BaseHead
{
    private const int RowsARun = 256;

    /// <summary>The head, <c>[hidden, vocabulary]</c>.</summary>
    public static float[] Read(string model, int hidden, int vocabulary)
    {
        var folder = ModelFolder.Open(model);
        var scratch = Directory.CreateTempSubdirectory("safeswitch-head-");
        try
        {
            // Cut beside links to the weights, since the model's own folder may not be writable.
            var graph = Path.Combine(scratch.FullName, "decoder.onnx");
            File.Copy(folder.Graph, graph);
            SharedWeights.Bring(WeightFiles.Of(GraphFile.Load(folder.Graph), folder.Graph), folder.GraphFolder, scratch.FullName, []);
            var head = HeadGraph.Cut(graph, Path.Combine(scratch.FullName, "head.onnx"), folder.Logits);
            RuntimeTelemetry.TurnOff();
            OrtEnv.Instance().DisableTelemetryEvents();
            using var session = new InferenceSession(head.Path);
            return Run(session, hidden, vocabulary);
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private static float[] Run(InferenceSession session, int hidden, int vocabulary)
    {
        var matrix = new float[(long)hidden * vocabulary];
        var offset = new float[vocabulary];
        Product(session, new float[hidden], hidden).CopyTo(offset);
        for (var start = 0; start < hidden; start += RowsARun)
        {
            var rows = Math.Min(RowsARun, hidden - start);
            var units = new float[rows * hidden];
            for (var row = 0; row < rows; row++)
                units[row * hidden + start + row] = 1;
            Product(session, units, hidden).CopyTo(matrix.AsSpan(start * vocabulary));
        }

        for (var row = 0; row < hidden; row++)
            System.Numerics.Tensors.TensorPrimitives.Subtract(matrix.AsSpan(row * vocabulary, vocabulary), offset, matrix.AsSpan(row * vocabulary, vocabulary));
        return matrix;
    }

    private static float[] Product(InferenceSession session, float[] states, int hidden)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(states, [1, states.Length / hidden, hidden]);
        using var options = new RunOptions();
        using var results = session.Run(options, [HeadGraph.States], [input], [HeadGraph.Product]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
