namespace SafeSwitch.Training.States;

/// <summary>How states are collected.</summary>
public sealed record CollectionOptions
{
    /// <summary>The hidden states to keep, by the decoder's output names.</summary>
    public required IReadOnlyList<string> Layers { get; init; }

    /// <summary>Which states of a prompt are kept.</summary>
    /// <value>The default is those of all content positions, and of the last one.</value>
    public KeptPositions Keep { get; init; }

    /// <summary>The hidden state that the head reads, kept for refusals.</summary>
    /// <value><c>hidden_states</c>.</value>
    public string FinalLayer { get; init; } = "hidden_states";

    /// <summary>Answer tokens decoded, at most.</summary>
    /// <value>The default is 32.</value>
    public int AnswerTokens { get; init; } = 32;

    /// <summary>Answers decoded at once, where the graph allows it; 1 for one after another.</summary>
    /// <value>The default is 16.</value>
    public int AnswersAtOnce { get; init; } = 16;

    /// <summary>Answer tokens whose states are kept, at most.</summary>
    /// <value>The default is 8.</value>
    public int PilotTokens { get; init; } = 8;

    /// <summary>Whether an answer refuses; rows are labelled by it.</summary>
    public required Func<string, bool> IsRefusal { get; init; }

    /// <summary>Which part of the work this run does, from 1, and of how many.</summary>
    /// <value>The default is all of it.</value>
    public (int Part, int Of) Shard { get; init; } = (1, 1);

    /// <summary>Prompt tokens after which a shard is written, kept or not: what a kill can cost.</summary>
    /// <value>The default is 12,000: half a minute of work of a small model.</value>
    public int PositionsPerShard { get; init; } = 12_000;

    /// <summary>Bytes of states after which a shard is written: they are gathered in memory.</summary>
    /// <value>The default is 256 MiB.</value>
    public long BytesPerShard { get; init; } = 256L << 20;

    /// <summary>Whether the states of a prefix shared with the row before are reused.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool ReusePrefixes { get; init; } = true;

    /// <summary>What the states depend on besides layers and rows: the decoder. States of two don't mix in one folder.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Bytes free where a folder is or will be.</summary>
    internal Func<string, long> FreeBytes { get; init; } = DiskSpace.Free;
}
