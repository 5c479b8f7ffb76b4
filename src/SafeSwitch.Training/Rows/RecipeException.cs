namespace SafeSwitch.Training.Rows;

/// <summary>A recipe can't be built.</summary>
public sealed class RecipeException : SafeSwitchException
{
    /// <summary>A refusal that names file, field, what was found and what was expected.</summary>
    public RecipeException(string file, string field, string found, string expected, Exception? innerException = null)
        : base($"{file}: {(field.Length == 0 ? "" : field + ": ")}found {found}, expected {expected}", innerException)
    {
    }
}
