namespace SafeSwitch.Onnx.Graphs;

/// <summary>A model file can't be read or is not what the operation needs; the message says what to do.</summary>
public sealed class GraphException : SafeSwitchException
{
    /// <summary>An error about a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="problem">What was found, what was expected, what to do.</param>
    /// <param name="innerException">What led to it.</param>
    public GraphException(string file, string problem, Exception? innerException = null)
        : base($"{file}: {problem}", innerException)
    {
        File = file;
        Problem = problem;
    }

    /// <inheritdoc/>
    public override string DiagnosticId => "SS0101";

    /// <summary>The file.</summary>
    public string File { get; }

    /// <summary>What is wrong, without the file's name.</summary>
    public string Problem { get; }
}
