namespace SafeSwitch.Bundles;

/// <summary>A data set that something in a bundle was made from.</summary>
public sealed record DataSetRecord
{
    /// <summary>Name of the file.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the file, in lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Rows that were used.</summary>
    public required int Rows { get; init; }

    /// <summary>Sources within it, each with its licence where the recipe names one.</summary>
    public IReadOnlyDictionary<string, string> Licences { get; init => field = value ?? new Dictionary<string, string>(); } = new Dictionary<string, string>();
}
