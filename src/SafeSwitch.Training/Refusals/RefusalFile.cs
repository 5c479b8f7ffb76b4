namespace SafeSwitch.Training.Refusals;

/// <summary>The layout of a file of refusals.</summary>
internal sealed record RefusalFile
{
    public required IReadOnlyList<RefusalKind> Kinds { get; init; }

    /// <summary>How to refuse what no keyword tells.</summary>
    public required RefusalKind General { get; init; }
}
