using SafeSwitch.Instrumentation.Analysis;

namespace SafeSwitch.Instrumentation.Inspection;

/// <summary>The head of a decoder.</summary>
public sealed record HeadReport
{
    /// <summary>The node's name.</summary>
    public required string Node { get; init; }

    /// <summary>Its operator.</summary>
    public required string Operator { get; init; }

    /// <summary>How it computes.</summary>
    public required HeadKind Kind { get; init; }

    /// <summary>The weight's name.</summary>
    public required string Weight { get; init; }

    /// <summary>What the weight is stored as, for people.</summary>
    public required string Storage { get; init; }

    /// <summary>How it was found: the nodes from the logits back to it.</summary>
    public required IReadOnlyList<string> FoundBy { get; init; }

    /// <summary>Whether the graph computes it for some positions only.</summary>
    public bool Pruned { get; init; }

    /// <summary>Whether an adapter can be trained through what follows it.</summary>
    public bool Trainable { get; init; } = true;
}
