using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Inspection;

/// <summary>What a model folder is, and whether it can be instrumented.</summary>
public sealed record ModelReport
{
    /// <summary>The folder with configuration and tokenizer.</summary>
    public required string Folder { get; init; }

    /// <summary>The decoder's graph, relative to the folder.</summary>
    public required string Graph { get; init; }

    /// <summary>What the configuration calls the architecture; <see langword="null"/> if it doesn't say.</summary>
    public string? Architecture { get; init; }

    /// <summary>What made the graph; empty if it doesn't say.</summary>
    public string Producer { get; init; } = "";

    /// <summary>Version of the standard operators; 0 if unknown.</summary>
    public long Opset { get; init; }

    /// <summary>Decoder layers; 0 if the graph isn't a decoder.</summary>
    public int Layers { get; init; }

    /// <summary>Width of a hidden state; 0 if no head was found.</summary>
    public int HiddenSize { get; init; }

    /// <summary>Tokens the head scores; 0 if no head was found.</summary>
    public int VocabularySize { get; init; }

    /// <summary>Longest sequence, in tokens; <see langword="null"/> if the configuration doesn't say.</summary>
    public int? ContextLength { get; init; }

    /// <summary>Type of the hidden states.</summary>
    public ElementType StateType { get; init; }

    /// <summary>What the weights are quantised to, for people: <c>none</c>, <c>4-bit blocks of 32 with zero points</c>, …</summary>
    public string Quantization { get; init; } = "none";

    /// <summary>The last norm, for people.</summary>
    public string FinalNorm { get; init; } = "unknown";

    /// <summary>The head; <see langword="null"/> if none was found.</summary>
    public HeadReport? Head { get; init; }

    /// <summary>Whether head and embedding are one weight.</summary>
    public bool TiedEmbeddings { get; init; }

    /// <summary>Whether past and present share a buffer, as the configuration says.</summary>
    public bool SharedCache { get; init; }

    /// <summary>Whether the graph takes position ids.</summary>
    public bool TakesPositionIds { get; init; }

    /// <summary>Hidden states that the graph gives out already.</summary>
    public IReadOnlyList<string> HiddenStates { get; init; } = [];

    /// <summary>Layers whose state can be named as an output; the final state always can.</summary>
    public IReadOnlyList<int> LayersThatCanBeNamed { get; init; } = [];

    /// <summary>Whether the slots for an adapter are there.</summary>
    public bool HasAdapterSlots { get; init; }

    /// <summary>The adapters in the folder.</summary>
    public IReadOnlyList<InspectedAdapter> Adapters { get; init; } = [];

    /// <summary>The weight files and their lengths in bytes.</summary>
    public IReadOnlyDictionary<string, long> WeightFiles { get; init; } = new Dictionary<string, long>();

    /// <summary>Whether the folder has a <c>genai_config.json</c>; instrumenting writes one if not.</summary>
    public bool HasGenAIConfig { get; init; }

    /// <summary>Whether it can be instrumented: no <see cref="Problems"/>.</summary>
    public bool CanInstrument => Problems.Count == 0;

    /// <summary>Why it can't be instrumented, each with what to do.</summary>
    public IReadOnlyList<string> Problems { get; init; } = [];

    /// <summary>What limits it without stopping it.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
