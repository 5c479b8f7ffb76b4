namespace SafeSwitch.Training.Judging;

/// <summary>How a judge is asked.</summary>
public sealed record JudgingOptions
{
    /// <summary>Rows asked about at the same time, at most.</summary>
    /// <value>The default is 4.</value>
    public int Concurrency { get; init; } = 4;

    /// <summary>Rows that fail one after another before the run ends: the judge is then away, and every further row would cost.</summary>
    /// <value>The default is 8.</value>
    public int FailuresInARow { get; init; } = 8;

    /// <summary>Most tokens of a reply; a model that reasons first needs more than a word.</summary>
    /// <value>The default is 512.</value>
    public int ReplyTokens { get; init; } = 512;

    /// <summary>Time between two savings of what was judged.</summary>
    /// <value>The default is 5 seconds.</value>
    public TimeSpan SaveInterval { get; init; } = TimeSpan.FromSeconds(5);
}
