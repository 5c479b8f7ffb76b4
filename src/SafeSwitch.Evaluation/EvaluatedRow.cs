using System.Text.Json.Serialization;

namespace SafeSwitch.Evaluation;

/// <summary>What every method compared makes of one row.</summary>
public sealed record EvaluatedRow
{
    /// <summary>Name of the row, unique in its set.</summary>
    public required string Id { get; init; }

    /// <summary>The data file, without folder and extension.</summary>
    public required string Set { get; init; }

    /// <summary>The collection that the request was published in.</summary>
    public required string Source { get; init; }

    /// <summary>Whether other rows of that source were there to train on.</summary>
    public required bool SourceSeen { get; init; }

    /// <summary>Train, validation or test.</summary>
    public required string Split { get; init; }

    /// <summary>In what form the request comes.</summary>
    public required RowKind Kind { get; init; }

    /// <summary>The jailbreak template, if any.</summary>
    public string? Wrapper { get; init; }

    /// <summary>Whether the request asks for something harmful.</summary>
    public required bool Harmful { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Milliseconds of running the prompt.</summary>
    public required double PrefillMs { get; init; }

    /// <summary>Milliseconds in the bundle's probes.</summary>
    public double ProbeMs { get; init; }

    /// <summary>The prompt probe's score.</summary>
    public float? PromptScore { get; init; }

    /// <summary>The response probe's score, by the number of pilot tokens asked for.</summary>
    public IReadOnlyDictionary<int, float> ResponseScores { get; init; } = new Dictionary<int, float>();

    /// <summary>The score of the reference form's prompt probe.</summary>
    public float? ReferenceScore { get; init; }

    /// <summary>The score of its response probe; <see langword="null"/> if it has none, or the answer ended at once.</summary>
    public float? ReferenceResponseScore { get; init; }

    /// <summary>Whether a method intervenes, by its name: a policy's, <see cref="Methods.Reference"/>, or
    /// <see cref="Methods.AlwaysOn"/>, which always does.</summary>
    public IReadOnlyDictionary<string, bool> Interventions { get; init; } = new Dictionary<string, bool>();

    /// <summary>What the model says by itself.</summary>
    public required EvaluatedAnswer Unguarded { get; init; }

    /// <summary>What it says with the refusal adapter; decoded where any method intervenes.</summary>
    public EvaluatedAnswer? Guarded { get; init; }

    /// <summary>What it says after the safety prompt; <see langword="null"/> where none is compared.</summary>
    public SafetyPromptAnswer? SafetyPrompt { get; init; }

    /// <summary>What the guard's parts took; <see langword="null"/> in rows that older versions wrote.</summary>
    public RowTimings? Timings { get; init; }

    /// <summary>Whether the guarded loop itself gave the same tokens and decision as these; <see langword="null"/> where it wasn't asked.</summary>
    public bool? LoopAgrees { get; init; }

    /// <summary>Digest of model, probes, policies and limits: rows of different runs are never mixed.</summary>
    public required string Run { get; init; }

    /// <summary>The name under which the row is kept: unique over files.</summary>
    [JsonIgnore]
    public string Key => $"{Set}/{Id}";

    /// <summary>Whether a method intervenes; the unguarded model and the safety prompt never do.</summary>
    public bool IsIntervenedBy(string method) => Interventions.GetValueOrDefault(method);

    /// <summary>The answer that a method gives.</summary>
    public EvaluatedAnswer AnswerOf(string method) =>
        method == Methods.SafetyPrompt && SafetyPrompt is { } prompted ? prompted.Answer
        : IsIntervenedBy(method) ? Guarded!
        : Unguarded;
}
