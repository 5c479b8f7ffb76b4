namespace SafeSwitch.Training.States;

/// <summary>What <see cref="BundleCollector"/> collects, and how.</summary>
public sealed record BundleCollectorOptions
{
    /// <summary>Layers to keep besides the final one, which always is; 0 the embeddings, i what enters layer i.</summary>
    /// <value><see langword="null"/>: all that the graph exports.</value>
    public IReadOnlyList<int>? Layers { get; init; }

    /// <summary>Which states of a prompt are kept.</summary>
    /// <value>The default is those of all content positions, and of the last one.</value>
    public KeptPositions Keep { get; init; }

    /// <summary>Rows of each label that the model answers, of each file.</summary>
    /// <value>All of them.</value>
    public int Answers { get; init; } = int.MaxValue;

    /// <summary>Answer tokens decoded, at most.</summary>
    /// <value>The default is 32.</value>
    public int AnswerTokens { get; init; } = 32;

    /// <summary>Answers decoded at once, where the graph allows it; 1 for one after another.</summary>
    /// <value>The default is 16.</value>
    public int AnswersAtOnce { get; init; } = 16;

    /// <summary>Answer tokens whose states are kept, at most.</summary>
    /// <value>The default is 8.</value>
    public int PilotTokens { get; init; } = 8;

    /// <summary>Refusals by kind of harm, for harmful rows that bring none; <see langword="null"/>: only rows that bring one are refused.</summary>
    public Refusals.RefusalTexts? Texts { get; init; }

    /// <summary>Phrasings of every kind of refusal that are used. A small adapter says few texts fluently, and mixes many.</summary>
    /// <value>3.</value>
    public int Phrasings { get; init; } = 3;

    /// <summary>Rows that a refusal is run after, of each file, kinds of harm even.</summary>
    /// <value>All that have one.</value>
    public int Refused { get; init; } = int.MaxValue;

    /// <summary>What rows and phrasings are chosen by.</summary>
    /// <value>1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>Which part of the work this run does, from 1, and of how many.</summary>
    /// <value>The default is all of it.</value>
    public (int Part, int Of) Shard { get; init; } = (1, 1);

    /// <summary>Prompt tokens after which what is complete is written: what a kill can cost.</summary>
    /// <value>The default is 12,000.</value>
    public int Checkpoint { get; init; } = 12_000;

    /// <summary>Threads; nothing here changes what is collected.</summary>
    /// <value>One per processor.</value>
    public int Threads { get; init; } = Environment.ProcessorCount;
}
