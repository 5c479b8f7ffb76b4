namespace SafeSwitch.Training.Refusals;

/// <summary>A kind of harm and how to refuse it.</summary>
public sealed record RefusalKind
{
    /// <summary>A short name.</summary>
    public required string Id { get; init; }

    /// <summary>What a refusal of this kind names: "illegal drugs".</summary>
    public required string Topic { get; init; }

    /// <summary>Beginnings of words by which a request of this kind is known, in lower case.</summary>
    public required IReadOnlyList<string> Keywords { get; init; }

    /// <summary>Phrasings; each names the topic, says why, and offers a safe way.</summary>
    public required IReadOnlyList<string> Refusals { get; init; }
}
