using System.Text.Json.Serialization;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;

namespace SafeSwitch.Server.Responses;

/// <summary>What the prompt probes say of texts, in the form of OpenAI's moderations.</summary>
internal sealed record ModerationResponse(string Id, string Model, IReadOnlyList<ModerationResult> Results);

/// <summary>What they say of one text.</summary>
/// <param name="Flagged">Whether the policy would act on it. A text that could not be looked at is.</param>
/// <param name="Categories">What it is, by what the probes tell, such as <c>harm</c>, or the class of one.</param>
/// <param name="CategoryScores">Probabilities of that, in [0, 1].</param>
/// <param name="Guard">The verdict and its policy.</param>
internal sealed record ModerationResult(
    bool Flagged,
    IReadOnlyDictionary<string, bool> Categories,
    IReadOnlyDictionary<string, float> CategoryScores,
    [property: JsonPropertyName("safeswitch")] ModerationReport? Guard)
{
    private const string UnnamedCategory = "harm";

    public static ModerationResult Of(SafetyClassification found, bool showsVerdict)
    {
        var verdict = found.Verdict;
        var flagged = verdict.Action != VerdictAction.Continue;
        var categories = new SortedDictionary<string, bool>(StringComparer.Ordinal);
        var scores = new SortedDictionary<string, float>(StringComparer.Ordinal);
        // Several guards may tell the same; the highest score and any flag count.
        foreach (var score in verdict.Scores ?? [])
            Add(Category(score.Label, score.Class), score.Score, score.Action != VerdictAction.Continue);
        if (verdict.Scores is null)
            Add(Category(verdict.Label ?? UnnamedCategory, verdict.Class), verdict.PromptScore, flagged);
        return new ModerationResult(flagged, categories, scores, showsVerdict ? new ModerationReport(found.PolicyName, verdict) : null);

        void Add(string category, float? score, bool isFlagged)
        {
            categories[category] = isFlagged || categories.GetValueOrDefault(category);
            if (score is { } value)
                scores[category] = Math.Max(value, scores.GetValueOrDefault(category));
        }
    }

    private static string Category(string label, string? kind) => kind is null ? label : $"{label}/{kind}";
}

/// <summary>What the guard concluded of a text.</summary>
internal sealed record ModerationReport(string Policy, SafetyVerdict Verdict);
