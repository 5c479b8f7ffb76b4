namespace SafeSwitch.Instrumentation;

/// <summary>What instrumenting a model wrote.</summary>
public sealed record InstrumentedModel
{
    /// <summary>The folder.</summary>
    public required string Folder { get; init; }

    /// <summary>The serving graph, relative to the folder: the head computed for the last position only.</summary>
    public required string ServingGraph { get; init; }

    /// <summary>The training graph, relative to the folder: the head computed for all positions.</summary>
    public required string TrainingGraph { get; init; }

    /// <summary>The weight files that both graphs name, relative to the folder.</summary>
    public required IReadOnlyList<string> WeightFiles { get; init; }

    /// <summary>The hidden-state outputs, in order.</summary>
    public required IReadOnlyList<string> HiddenStates { get; init; }

    /// <summary>Numbers of a hidden state, 1 or more.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Tokens the head scores.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Number of decoder layers, 1 or more.</summary>
    public required int Layers { get; init; }

    /// <summary>What a person should know, such as weights that had to be copied.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
