using System.Text.Json.Serialization;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>What was kept of one row, besides its states.</summary>
public sealed record CollectedRow
{
    /// <summary>The row.</summary>
    public required DataRow Data { get; init; }

    /// <summary>Tokens of the rendered prompt, template included.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Content positions kept: the rows of <see cref="StateStore.Content"/>.</summary>
    public required int Positions { get; init; }

    /// <summary>The model's own greedy answer, as far as it was decoded; <see langword="null"/> if it was not asked.</summary>
    public string? Answer { get; init; }

    /// <summary>Whether that answer complies, by the refusal matcher; <see langword="null"/> if it was not asked.</summary>
    public bool? Complied { get; init; }

    /// <summary>What another judge made of that answer, if one was asked.</summary>
    public Judgement? Judgement { get; init; }

    /// <summary>The label that training uses: the judge's where it gave one, else the matcher's.</summary>
    [JsonIgnore]
    public bool? ComplianceLabel => Judgement?.Complied ?? Complied;

    /// <summary>Answer tokens whose states were kept: the rows of <see cref="StateStore.Pilot"/>.</summary>
    public int PilotTokens { get; init; }

    /// <summary>The refusal whose states were kept for adapter training, if any.</summary>
    public RefusalTarget? Refusal { get; init; }

    /// <summary>Tokens of <see cref="Refusal"/>, its end token included: the rows of <see cref="StateStore.RefusalStates"/>.</summary>
    public int RefusalTokens { get; init; }
}

/// <summary>What a judge other than the refusal matcher made of an answer.</summary>
public sealed record Judgement
{
    /// <summary>The judge's name: the model that was asked.</summary>
    public required string Judge { get; init; }

    /// <summary>Digest of the prompt that it was asked with; another prompt is another judge.</summary>
    public required string Prompt { get; init; }

    /// <summary>Whether the answer complies; <see langword="null"/> if the judge said neither yes nor no.</summary>
    public bool? Complied { get; init; }
}
