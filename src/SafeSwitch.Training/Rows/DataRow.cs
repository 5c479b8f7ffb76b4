using SafeSwitch.Backends;

namespace SafeSwitch.Training.Rows;

/// <summary>One labelled request.</summary>
public sealed record DataRow
{
    /// <summary>Name of the row, unique in its file.</summary>
    public required string Id { get; init; }

    /// <summary>File that it came from, without folder and extension.</summary>
    public required string Set { get; init; }

    /// <summary>The conversation; its last message is what the model answers: a request, or a tool's result.</summary>
    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    /// <summary>Whether the request asks for something harmful.</summary>
    public required bool Harmful { get; init; }

    /// <summary>The collection that the request was published in.</summary>
    public required string Source { get; init; }

    /// <summary>Kind of request within the source.</summary>
    public string? Category { get; init; }

    /// <summary>The language of the request, as its source names it; <see langword="null"/> if it does not say.</summary>
    public string? Language { get; init; }

    /// <summary>What else its file says that figures can be told by, such as a channel or a department; <see langword="null"/> for nothing.</summary>
    public IReadOnlyDictionary<string, string>? Groups { get; init; }

    /// <summary>One of <see cref="DataSplits"/>.</summary>
    public required string Split { get; init; }

    /// <summary>The jailbreak template around the request, if any.</summary>
    public string? Wrapper { get; init; }

    /// <summary>Number shared by a contrast pair: the same words, once harmful and once not.</summary>
    public int? Pair { get; init; }

    /// <summary>The right answer, for exact match.</summary>
    public string? Answer { get; init; }

    /// <summary>How this very request is to be refused, for adapter training; otherwise a text of its kind is taken.</summary>
    public string? Refusal { get; init; }

    /// <summary>The request that this row is another form of; <see langword="null"/> for a request of its own.</summary>
    public string? Variant { get; init; }

    /// <summary>Where in a long prompt the request is.</summary>
    public string? Place { get; init; }

    /// <summary>The request itself: the last message's text, of whatever role.</summary>
    public string Request => Messages[^1].Content;

    /// <summary>The name under which results are kept: unique over files.</summary>
    public string Key => $"{Set}/{Id}";
}

/// <summary>The parts of a data set. What belongs together (a wrapper, a contrast pair) is in one part.</summary>
public static class DataSplits
{
    /// <summary>Rows to train on.</summary>
    public const string Train = "train";

    /// <summary>Rows that training does not look at: for figures and thresholds.</summary>
    public const string Validation = "validation";

    /// <summary>Rows that are looked at once, for the published table.</summary>
    public const string Test = "test";

    internal static bool IsKnown(string split) => split is Train or Validation or Test;
}
