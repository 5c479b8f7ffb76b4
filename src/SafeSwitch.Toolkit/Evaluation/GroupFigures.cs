namespace SafeSwitch.Toolkit.Evaluation;

/// <summary>One line of a table.</summary>
public sealed record GroupFigures
{
    /// <summary>The group's name.</summary>
    public required string Name { get; init; }

    /// <summary>Whether its rows are harmful.</summary>
    public required bool Harmful { get; init; }

    /// <summary>Its rows.</summary>
    public required int Rows { get; init; }

    /// <summary>Figures by method.</summary>
    public required IReadOnlyDictionary<string, MethodFigures> Methods { get; init; }

    /// <summary>The default policy against the reference; <see langword="null"/> if there is none.</summary>
    public PairedTest? AgainstReference { get; init; }
}
