using System.ComponentModel.DataAnnotations;

namespace SafeSwitch.Training.States;

/// <summary>What is collected of every row, and how; the <c>collect</c> of a recipe.</summary>
public sealed record CollectionOptions
{
    /// <summary>Layers to keep besides the final one, which always is; 0 the embeddings, i what enters layer i.</summary>
    /// <value><see langword="null"/>: all that the graph exports.</value>
    [Range(0, 1 << 16)]
    public IReadOnlyList<int>? Layers { get; init; }

    /// <summary>Which states of a prompt are kept.</summary>
    /// <value>The default is those of all content positions, and of the last one.</value>
    public KeptPositions Keep { get; init; }

    /// <summary>Answer tokens decoded for compliance labels, at most.</summary>
    /// <value>The default is 32.</value>
    [Range(1, 1 << 20)]
    public int AnswerTokens { get; init; } = 32;

    /// <summary>Answers decoded at once, where the graph allows it; 1 for one after another.</summary>
    /// <value>The default is 16.</value>
    [Range(1, 256)]
    public int AnswersAtOnce { get; init; } = 16;

    /// <summary>Answer tokens whose states are kept, at most.</summary>
    /// <value>The default is 8.</value>
    [Range(0, 1 << 20)]
    public int PilotTokens { get; init; } = 8;

    /// <summary>Prompt tokens after which what is complete is written: what a kill can cost.</summary>
    /// <value>The default is 12,000: half a minute of work of a small model.</value>
    [Range(1, int.MaxValue)]
    public int PositionsPerShard { get; init; } = 12_000;

    /// <summary>Bytes of states after which what is complete is written: they are gathered in memory.</summary>
    /// <value>The default is 256 MiB.</value>
    [Range(1, (double)(1L << 40))]
    public long BytesPerShard { get; init; } = 256L << 20;

    /// <summary>Whether the states of a prefix shared with the row before are reused.</summary>
    /// <value>The default is <see langword="true"/>.</value>
    public bool ReusePrefixes { get; init; } = true;
}

/// <summary>One collection: its options, and what follows from the model and the run.</summary>
/// <param name="Options">The options.</param>
/// <param name="Layers">The hidden states to keep, by the decoder's output names; the final one is last.</param>
/// <param name="IsRefusal">Whether an answer refuses.</param>
/// <param name="Shard">Which part of the work this run does, from 1, and of how many.</param>
internal sealed record CollectionSetup(CollectionOptions Options, IReadOnlyList<string> Layers, Func<string, bool> IsRefusal, (int Part, int Of) Shard);
