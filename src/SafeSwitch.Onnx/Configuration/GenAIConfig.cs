namespace SafeSwitch.Onnx.Configuration;

/// <summary>What a <c>genai_config.json</c> says about its decoder, as far as this backend goes by it.</summary>
internal sealed record GenAIConfig
{
    public const string FileName = "genai_config.json";

    public required string DecoderFile { get; init; }

    public required DecoderNames Names { get; init; }

    public required int Layers { get; init; }

    public required int KeyValueHeads { get; init; }

    public required int HeadSize { get; init; }

    public required int HiddenSize { get; init; }

    public required int VocabularySize { get; init; }

    public required int ContextLength { get; init; }

    public required IReadOnlyList<int> EndTokens { get; init; }

    /// <summary>Whether past and present may be one buffer, if the graph's attention can do it.</summary>
    public required bool SharesCache { get; init; }

    /// <summary>Positions below which the graph's cache must not fall: its sliding window; 0 without one.</summary>
    public int Window { get; init; }

    public int? IntraOpThreads { get; init; }
}
