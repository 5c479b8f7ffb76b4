namespace SafeSwitch.Evaluation.Figures;

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

    /// <summary>The default policy against each other method, by the other's name; empty if there is no policy.</summary>
    public IReadOnlyDictionary<string, PairedTest> Against { get; init; } = new Dictionary<string, PairedTest>();
}
