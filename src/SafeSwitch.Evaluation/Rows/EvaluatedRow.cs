using System.Text.Json.Serialization;
using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

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

    /// <summary>How much the bundle was exposed to the row when it was made; told anew whenever rows are read.</summary>
    public RowExposure Exposure { get; init; }

    /// <summary>The hash that the row is known by, see <see cref="UsedRows.HashOf"/>; <see langword="null"/> in rows that older versions wrote.</summary>
    public string? Hash { get; init; }

    /// <summary>The request; <see langword="null"/> where texts are left out.</summary>
    public string? Request { get; init; }

    /// <summary>Kind of request within the source.</summary>
    public string? Category { get; init; }

    /// <summary>The language of the request, as its source names it; <see langword="null"/> if it does not say.</summary>
    public string? Language { get; init; }

    /// <summary>What else its file says that figures can be told by; <see langword="null"/> for nothing.</summary>
    public IReadOnlyDictionary<string, string>? Groups { get; init; }

    /// <summary>Train, validation or test.</summary>
    public required string Split { get; init; }

    /// <summary>In what form the request comes.</summary>
    public required RowKind Kind { get; init; }

    /// <summary>The jailbreak template, if any.</summary>
    public string? Wrapper { get; init; }

    /// <summary>The disguise that a request comes in, to see what the guard makes of it, see <see cref="AttackRows"/>; <see langword="null"/> elsewhere.</summary>
    public string? Attack { get; init; }

    /// <summary>Whether the request asks for something harmful.</summary>
    public required bool Harmful { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Milliseconds of running the prompt.</summary>
    public required double PrefillMs { get; init; }

    /// <summary>Milliseconds in the bundle's probes: one look at the prompt, and one at each length of pilot.</summary>
    public double ProbeMs { get; init; }

    /// <summary>The prompt probe's score, in [0, 1]; <see langword="null"/> where no policy is compared.</summary>
    public float? PromptScore { get; init; }

    /// <summary>The scores of all prompt probes of a bundle that has several, in [0, 1], by name.</summary>
    public IReadOnlyDictionary<string, float>? PromptScores { get; init; }

    /// <summary>The likeliest class of the first prompt probe that has classes, whatever its score; <see langword="null"/> if none has.</summary>
    public string? Class { get; init; }

    /// <summary>How surely the request is of a kind that the prompt probe never learned to read, in [0, 1], with the threshold at 0.5;
    /// <see langword="null"/> if the probe does not tell.</summary>
    public float? OutOfDistribution { get; init; }

    /// <summary>The response probe's score, in [0, 1], by the number of pilot tokens asked for; of every row, also where no policy asks for a pilot.</summary>
    public IReadOnlyDictionary<int, float> ResponseScores { get; init => field = value ?? new Dictionary<int, float>(); } = new Dictionary<int, float>();

    /// <summary>The score of the reference form's prompt probe, in [0, 1].</summary>
    public float? ReferenceScore { get; init; }

    /// <summary>The score of its response probe, in [0, 1]; <see langword="null"/> if it has none, or the answer ended at once.</summary>
    public float? ReferenceResponseScore { get; init; }

    /// <summary>Whether a method intervenes, by its name: a policy's, a monitor's, <see cref="Methods.Reference"/>, or
    /// <see cref="Methods.AlwaysOn"/>, which always does.</summary>
    public IReadOnlyDictionary<string, bool> Interventions { get; init => field = value ?? new Dictionary<string, bool>(); } = new Dictionary<string, bool>();

    /// <summary>Methods that only observe, and would have intervened: their <see cref="Interventions"/> say no.</summary>
    public IReadOnlyList<string>? Alarms { get; init; }

    /// <summary>What the guard that decided tells, such as <c>investment-advice</c>, by method: of policies with several guards that intervene.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    /// <summary>What the model says by itself.</summary>
    public required EvaluatedAnswer Unguarded { get; init; }

    /// <summary>What it says with the refusal adapter on from the first token; decoded where a method intervenes so.</summary>
    public EvaluatedAnswer? Guarded { get; init; }

    /// <summary>Answers of methods that say neither of these: a fixed refusal, another adapter, an answer broken off in the middle.</summary>
    public IReadOnlyDictionary<string, EvaluatedAnswer>? Answers { get; init; }

    /// <summary>What it says after the safety prompt; <see langword="null"/> where none is compared.</summary>
    public SafetyPromptAnswer? SafetyPrompt { get; init; }

    /// <summary>What a method that looks costs beyond the unguarded model, by its name; <see langword="null"/> in rows that older versions wrote.</summary>
    public IReadOnlyDictionary<string, MethodCost>? Costs { get; init; }

    /// <summary>Whether the guarded loop gave the same tokens and decision once more with nothing replayed; <see langword="null"/> where it wasn't asked.</summary>
    public bool? LoopAgrees { get; init; }

    /// <summary>Digest of model, probes, policies and limits: rows of different runs are never mixed.</summary>
    public required string Run { get; init; }

    /// <summary>The name under which the row is kept: unique over files.</summary>
    [JsonIgnore]
    public string Key => $"{Set}/{Id}";

    /// <summary>Whether a method intervenes; the unguarded model and the safety prompt never do.</summary>
    public bool IsIntervenedBy(string method) => Interventions.GetValueOrDefault(method);

    /// <summary>Whether a method intervenes, or would if it did more than observe.</summary>
    public bool IsFlaggedBy(string method) => IsIntervenedBy(method) || Alarms?.Contains(method, StringComparer.Ordinal) == true;

    /// <summary>The answer that a method gives.</summary>
    public EvaluatedAnswer AnswerOf(string method) =>
        method == Methods.SafetyPrompt && SafetyPrompt is { } prompted ? prompted.Answer
        : Answers is not null && Answers.TryGetValue(method, out var own) ? own
        : IsIntervenedBy(method) ? Guarded!
        : Unguarded;
}

/// <summary>One answer to one row.</summary>
public sealed record EvaluatedAnswer
{
    /// <summary>The answer, as far as it was decoded.</summary>
    public required string Text { get; init; }

    /// <summary>Its tokens, without the one that ended it; text of the host's has none.</summary>
    public required int Tokens { get; init; }

    /// <summary>Of an answer that was intervened on after a part of it was out: the tokens of that part. <see langword="null"/> elsewhere.</summary>
    public int? ReleasedTokens { get; init; }

    /// <summary>Why it ended.</summary>
    public required FinishReason FinishReason { get; init; }

    /// <summary>Milliseconds that its tokens took when they were first run; a refusal's without the step that begins it.</summary>
    public required double DecodeMs { get; init; }

    /// <summary>Whether it is a refusal: a judge that labels all answers, or else the matcher or a rule of the host's calls it one, or the guard put a fixed text or
    /// nothing at all in its place.</summary>
    public bool IsRefusal { get; init; }

    /// <summary>What the rules of text called it, where a judge was asked too.</summary>
    public bool? IsRefusalByText { get; init; }

    /// <summary>What a judge made of it, if one was asked.</summary>
    public Judgement? Judgement { get; init; }

    /// <summary>Whether it is in another language than English, which the matcher can't read; <see langword="null"/> if not.</summary>
    public bool? IsOtherLanguage { get; init; }

    /// <summary>Whether a refusal reads like a person's, see <see cref="Training.Refusals.Fluency"/>; <see langword="null"/> for what is none.</summary>
    public bool? IsFluent { get; init; }

    /// <summary>Whether it names what the request is about; <see langword="null"/> for what isn't a refusal, and where no refusal texts say.</summary>
    public bool? NamesTopic { get; init; }

    /// <summary>Whether it is right: the final number, or the words looked for, are in it; <see langword="null"/> where the row doesn't say what is.</summary>
    public bool? IsCorrect { get; init; }
}

/// <summary>What the model says after a safety prompt.</summary>
/// <param name="PromptTokens">Tokens of the prompt with it.</param>
/// <param name="PrefillMs">Milliseconds of running that prompt.</param>
/// <param name="Answer">The answer.</param>
public sealed record SafetyPromptAnswer(int PromptTokens, double PrefillMs, EvaluatedAnswer Answer);

/// <summary>What a method costs on one row beyond the unguarded model.</summary>
/// <param name="FirstTokenMs">Milliseconds by which the first token comes later: in the monitor, for a pilot that is held back, and for
/// the step that begins a refusal.</param>
/// <param name="MonitorMs">Milliseconds in the monitor, all looks.</param>
/// <param name="DiscardedTokens">Tokens run that no answer shows: those thrown away, and the step that begins a refusal.</param>
public sealed record MethodCost(double FirstTokenMs, double MonitorMs, int DiscardedTokens);

/// <summary>In what form a request comes.</summary>
public enum RowKind
{
    /// <summary>As it is.</summary>
    Plain,

    /// <summary>Inside a jailbreak template.</summary>
    Wrapped,

    /// <summary>Somewhere in a long prompt.</summary>
    Long,

    /// <summary>At the end of a conversation.</summary>
    MultiTurn,

    /// <summary>In a conversation to which others than the user brought text: a tool's result, a document, a role that nobody knows.</summary>
    OtherRole,

    /// <summary>Disguised, or plain beside the same requests disguised: see <see cref="AttackRows"/>.</summary>
    Attack,
}

internal static class RowKinds
{
    public static RowKind Of(DataRow row) =>
        AttackRows.DisguiseOf(row) is not null ? RowKind.Attack
        : row.Wrapper is not null ? RowKind.Wrapped
        : row.Messages.Any(m => m.IsContent && m.Role != PromptMessage.UserRole) ? RowKind.OtherRole
        : row.Messages.Count(m => m.Role == PromptMessage.UserRole) > 1 ? RowKind.MultiTurn
        : row.Place is not null ? RowKind.Long
        : RowKind.Plain;
}
