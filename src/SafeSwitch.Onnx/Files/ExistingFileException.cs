namespace SafeSwitch.Onnx.Files;

/// <summary>Something that took work to make is where something new is to go. Nothing was written.</summary>
/// <param name="file">The file.</param>
/// <param name="problem">What it is, and what would become of it.</param>
public sealed class ExistingFileException(string file, string problem) : SafeSwitchException($"'{file}': {problem}")
{
    /// <inheritdoc/>
    public override string DiagnosticId => "SS0102";

    /// <summary>The file.</summary>
    public string File { get; } = file;
}
