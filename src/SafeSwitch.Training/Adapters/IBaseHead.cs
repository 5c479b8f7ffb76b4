using SafeSwitch.Instrumentation.Analysis;

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
