using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes;

/// <summary>Labelled rows and their collected hidden states.</summary>
public interface IProbeStates
{
    /// <summary>Numbers per state.</summary>
    int Width { get; }

    /// <summary>The hidden states that were collected.</summary>
    IReadOnlyList<string> Layers { get; }

    /// <summary>The rows.</summary>
    IReadOnlyList<ProbeRow> Rows { get; }

    /// <summary>Poolings that these states serve: all, unless states of single positions were not kept.</summary>
    IReadOnlyList<ProbePooling> Poolings => Enum.GetValues<ProbePooling>();

    /// <summary>States that a pooling probe sees, [positions, width]: the content positions of the prompt in order, or the pilot.</summary>
    ReadOnlySpan<Half> Positions(int row, string layer);

    /// <summary>State of the last position, [width]; it need not be a content position.</summary>
    ReadOnlySpan<Half> Last(int row, string layer);
}

/// <summary>What training needs to know of one row besides its states.</summary>
public sealed record ProbeRow
{
    /// <summary>Identifies the row.</summary>
    public required string Id { get; init; }

    /// <summary>The label: harmful, or complied.</summary>
    public required bool Positive { get; init; }

    /// <summary>Where the prompt came from.</summary>
    public required string Source { get; init; }

    /// <summary>The file that the row came from, without extension: its kind (plain, wrapped, long, multi-turn).</summary>
    public required string Set { get; init; }

    /// <summary><c>train</c>, <c>validation</c> or <c>test</c>.</summary>
    public required string Split { get; init; }

    /// <summary>The disguise around the prompt, if any.</summary>
    public string? Wrapper { get; init; }

    /// <summary>Whether the prompt is plain; otherwise its set says what was made of a request of its source: a conversation, a long
    /// text, disguises.</summary>
    /// <value><see langword="true"/>.</value>
    public bool Plain { get; init; } = true;

    /// <summary>The language of the prompt, as its source names it; <see langword="null"/> if it does not say.</summary>
    public string? Language { get; init; }

    /// <summary>Kind of request within the source; <see langword="null"/> if it does not say.</summary>
    public string? Category { get; init; }

    /// <summary>What is left out of training together so that its figures are those of something never seen: a source, or a collection
    /// of wrappers.</summary>
    public string Family => Wrapper is null ? Source : Set;

    /// <summary>What its figures are told under: its family, or the set of rows that are not plain.</summary>
    public string Kind => Plain ? Family : Set;

    /// <summary>What must not be torn apart when rows are split: rows with the same key are variants of one prompt.</summary>
    public string? Group { get; init; }
}
