namespace SafeSwitch.Training.Rows;

/// <summary>A data file can't be used.</summary>
public sealed class DataException : SafeSwitchException
{
    /// <summary>A refusal because of one row.</summary>
    public DataException(DataProblem problem)
        : base(Describe(problem))
    {
        Problem = problem;
    }

    /// <summary>A refusal with a message for the person who must mend the data.</summary>
    public DataException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>The row at fault; <see langword="null"/> if it is not about one row.</summary>
    public DataProblem? Problem { get; }

    private static string Describe(DataProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return $"{problem}. Mend the row, or read without `strict` to leave it out.";
    }
}
