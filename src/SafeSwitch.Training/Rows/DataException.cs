namespace SafeSwitch.Training.Rows;

/// <summary>Data or what was made of it can't be used: a row, a folder of states, a trained part.</summary>
public sealed class DataException : SafeSwitchException
{
    /// <summary>A refusal because of one row.</summary>
    /// <param name="problem">What is wrong with it.</param>
    public DataException(DataProblem problem)
        : base(Describe(problem))
    {
        Problem = problem;
    }

    /// <summary>A refusal in words.</summary>
    /// <param name="message">What was found, where, and what was expected.</param>
    /// <param name="innerException">What led to it, if anything.</param>
    public DataException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <inheritdoc/>
    public override string DiagnosticId => "SS0401";

    /// <summary>The row at fault; <see langword="null"/> if it is not about one row.</summary>
    public DataProblem? Problem { get; }

    /// <summary>The step that makes what is missing or does not fit; <see langword="null"/> if no step would help.</summary>
    public BuildStep? StepToRun { get; init; }

    private static string Describe(DataProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return $"{problem}. Correct the row, or read without `strict` to leave it out.";
    }
}

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
