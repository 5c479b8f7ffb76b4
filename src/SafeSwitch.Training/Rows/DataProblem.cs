namespace SafeSwitch.Training.Rows;

/// <summary>What is wrong with one row of a data file.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Field">The field, or empty for the row itself.</param>
/// <param name="Found">What was found.</param>
/// <param name="Expected">What was expected.</param>
public sealed record DataProblem(string File, int Line, string Field, string Found, string Expected)
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"{File}:{Line}: {(Field.Length == 0 ? "" : Field + ": ")}found {Found}, expected {Expected}";
}
