using SafeSwitch.OnnxRuntime.Probes;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using SafeSwitch.Instrumentation.Analysis;
using SafeSwitch.Instrumentation.Rewriting;
using SafeSwitch.OnnxRuntime.Loading;

namespace SafeSwitch.Training.Adapters;

/// <summary>The decoder's own head, whatever its weights are stored as.</summary>
internal interface IBaseHead : IDisposable
{
    /// <summary>Width of a state.</summary>
    int HiddenSize { get; }

    /// <summary>Tokens the head scores.</summary>
    int VocabularySize { get; }

    /// <summary>What the decoder does to the head's output before it is called logits; the adapter's branch comes before it.</summary>
    LogitTransform Transform { get; }

    /// <summary>The head's output, before <see cref="Transform"/>: <c>[rows, vocabulary]</c>.</summary>
    /// <param name="states"><c>[rows, hidden]</c>.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="output">Where it goes.</param>
    void Run(ReadOnlyMemory<float> states, int rows, Memory<float> output);
}

/// <summary>The head cut out of the decoder, run in ONNX Runtime.</summary>
internal sealed class OrtHead : IBaseHead
{
    private readonly InferenceSession session;
    private readonly RunOptions runOptions = new();
    private readonly bool flat;

    public OrtHead(HeadGraph graph, int threads)
    {
        OrtStart.Ensure();
        using var options = new SessionOptions { IntraOpNumThreads = threads };
        session = new InferenceSession(graph.Path, options);
        flat = session.OutputMetadata[HeadGraph.Product].Dimensions.Length == 2;
        HiddenSize = graph.HiddenSize;
        VocabularySize = graph.VocabularySize;
        Transform = graph.Transform;
    }

    public int HiddenSize { get; }

    public int VocabularySize { get; }

    public LogitTransform Transform { get; }

    public void Run(ReadOnlyMemory<float> states, int rows, Memory<float> output)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, MemoryMarshal.AsMemory(states)[..(rows * HiddenSize)], [1, rows, HiddenSize]);
        using var product = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, output[..(rows * VocabularySize)], flat ? [rows, VocabularySize] : [1, rows, VocabularySize]);
        session.Run(runOptions, [HeadGraph.States], [input], [HeadGraph.Product], [product]);
    }

    public void Dispose()
    {
        runOptions.Dispose();
        session.Dispose();
    }
}
