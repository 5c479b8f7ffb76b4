namespace SafeSwitch.Evaluation;

/// <summary>What the probes say of one row.</summary>
/// <param name="Prompt">The prompt probe's score.</param>
/// <param name="Reference">The score of the reference form's prompt probe.</param>
/// <param name="Response">The response probe's score, by the number of pilot tokens asked for.</param>
/// <param name="ReferenceResponse">The score of its response probe.</param>
/// <param name="Timings">What it took.</param>
internal sealed record RowScores(
    float? Prompt, float? Reference, IReadOnlyDictionary<int, float> Response, float? ReferenceResponse, RowTimings Timings);
