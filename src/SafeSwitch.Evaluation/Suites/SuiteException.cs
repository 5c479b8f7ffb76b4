namespace SafeSwitch.Evaluation.Suites;

/// <summary>A suite can't be run.</summary>
public sealed class SuiteException : SafeSwitchException
{
    /// <summary>A refusal that names file, field, what was found and what was expected.</summary>
    public SuiteException(string file, string field, string found, string expected, Exception? innerException = null)
        : base($"{file}: {(field.Length == 0 ? "" : field + ": ")}found {found}, expected {expected}", innerException)
    {
    }
}
