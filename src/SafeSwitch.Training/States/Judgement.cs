namespace SafeSwitch.Training.States;

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
