namespace SafeSwitch.Backends;

/// <summary>What a loaded model is and what it offers.</summary>
public sealed record LanguageModelInfo
{
    /// <summary>A short name for people and telemetry, such as the folder's name.</summary>
    public required string Name { get; init; }

    /// <summary>The backend that loaded it, such as <c>onnxruntime</c>.</summary>
    public required string Backend { get; init; }

    /// <summary>Tokens the head scores.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Numbers of a hidden state, 1 or more.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Most positions a sequence may have.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Tokens that end an answer; at least one.</summary>
    public required IReadOnlyList<int> EndTokens { get; init; }

    /// <summary>Names of the hidden states it exports: <c>hidden_states</c> (after the final norm), <c>hidden_states.18</c>, ….</summary>
    public required IReadOnlyList<string> HiddenStates { get; init; }

    /// <summary>Names of the adapters that a session can switch on.</summary>
    public required IReadOnlyList<string> Adapters { get; init; }

    /// <summary>Most sessions whose tokens are computed together, 1 or more. Sessions may be more: others wait, or take turns.</summary>
    /// <value>1: each by itself.</value>
    public int MaxBatchRows { get; init; } = 1;

    /// <summary>Why sessions are computed each by itself, in words; <see langword="null"/> if they are not, or the backend does not say.</summary>
    public string? WhyNoBatch { get; init; }
}
