namespace SafeSwitch.Bundles;

/// <summary>One adapter of a bundle.</summary>
public sealed record AdapterDescription
{
    /// <summary>Name, unique in the bundle.</summary>
    public required string Name { get; init; }

    /// <summary>The <c>.onnx_adapter</c> file.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 of the file, in lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The matrix it changes.</summary>
    public string Target { get; init => field = value ?? "lm_head"; } = "lm_head";

    /// <summary>Its rank, 1 or more.</summary>
    public required int Rank { get; init; }

    /// <summary>The file of the hashes of the rows that it learned to refuse, which a served bundle may lack; <see langword="null"/> if they were not kept.</summary>
    public FileDigest? TrainedRows { get; init; }
}
