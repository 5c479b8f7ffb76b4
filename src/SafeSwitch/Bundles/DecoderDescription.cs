namespace SafeSwitch.Bundles;

/// <summary>The decoder of a bundle.</summary>
public sealed record DecoderDescription
{
    /// <summary>Name for people.</summary>
    public required string Name { get; init; }

    /// <summary>The serving graph's file: the head computed for the last position only.</summary>
    public required string Graph { get; init; }

    /// <summary>The training graph's file: the head computed for all positions; <see langword="null"/> if it is not shipped.</summary>
    public string? TrainingGraph { get; init; }

    /// <summary>
    /// The graphs and their weight files, so that a probe never meets a model that it was not trained on. The training graph may
    /// be absent from the folder.
    /// </summary>
    public required IReadOnlyList<FileFingerprint> Files { get; init; }

    /// <summary>Numbers of a hidden state, 1 or more.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Tokens the head scores.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The hidden states that the graph exports.</summary>
    public required IReadOnlyList<string> HiddenStates { get; init; }
}
