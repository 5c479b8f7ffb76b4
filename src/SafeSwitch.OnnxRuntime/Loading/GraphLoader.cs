using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Bundles;

namespace SafeSwitch.OnnxRuntime.Loading;

/// <summary>Has ONNX Runtime load a graph; what keeps it from doing so becomes a problem of the bundle.</summary>
internal static class GraphLoader
{
    /// <param name="path">The graph's file.</param>
    /// <param name="file">What to call it in problems.</param>
    /// <param name="options">Makes the session's options.</param>
    /// <param name="problems">Where what went wrong is listed.</param>
    /// <returns><see langword="null"/> if it could not be loaded.</returns>
    public static InferenceSession? Load(string path, string file, Func<SessionOptions> options, ICollection<BundleProblem> problems)
    {
        if (!File.Exists(path))
        {
            problems.Add(new BundleProblem(file, "", "no such file", "an ONNX graph"));
            return null;
        }

        try
        {
            using var sessionOptions = options();
            return new InferenceSession(path, sessionOptions);
        }
        catch (OnnxRuntimeException e)
        {
            problems.Add(new BundleProblem(file, "", $"a graph that ONNX Runtime can't load: {e.Message.ReplaceLineEndings(" ")}", "a whole ONNX graph, its weight files beside it"));
            return null;
        }
    }
}
