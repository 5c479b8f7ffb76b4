namespace SafeSwitch.Training.Settings;

/// <summary>A file of settings (a recipe, a design, a suite) can't be used.</summary>
public sealed class RecipeException : SafeSwitchException
{
    /// <summary>A refusal that names file, field, what was found and what was expected.</summary>
    /// <param name="file">The file.</param>
    /// <param name="field">The field within it; empty for the file itself.</param>
    /// <param name="found">What was found.</param>
    /// <param name="expected">What was expected.</param>
    /// <param name="innerException">What led to it, if anything.</param>
    public RecipeException(string file, string field, string found, string expected, Exception? innerException = null)
        : base($"{file}: {(field.Length == 0 ? "" : field + ": ")}found {found}, expected {expected}", innerException)
    {
    }

    /// <inheritdoc/>
    public override string DiagnosticId => "SS0402";
}
