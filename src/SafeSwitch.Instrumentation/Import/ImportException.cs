namespace SafeSwitch.Instrumentation.Import;

/// <summary>A file of the reference implementation can't be imported; nothing in it was run, nothing was written.</summary>
public sealed class ImportException : SafeSwitchException
{
    /// <summary>An error about a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="problem">What was found, what was expected, what to do.</param>
    /// <param name="innerException">What led to it.</param>
    public ImportException(string file, string problem, Exception? innerException = null)
        : base($"{file}: {problem}", innerException) => File = file;

    /// <inheritdoc/>
    public override string DiagnosticId => "SS0301";

    /// <summary>The file.</summary>
    public string File { get; }
}
