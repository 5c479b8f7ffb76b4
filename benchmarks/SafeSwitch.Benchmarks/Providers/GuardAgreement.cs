using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Benchmarks.Providers;

/// <summary>Whether the guard comes to the same conclusions on the provider as on the CPU, and the answers are the same.</summary>
internal static class GuardAgreement
{
    private const int AnswerTokens = 24;

    public static async Task<IReadOnlyList<Finding>> CompareAsync(Side cpu, Side other, IReadOnlyList<CheckPrompt> prompts)
    {
        List<double> promptScores = [], responseScores = [];
        List<int> partings = [];
        int differentVerdicts = 0, clearlyDifferent = 0, refused = 0, same = 0;
        foreach (var prompt in prompts)
        {
            var (expected, found) = (await LookAsync(cpu, prompt), await LookAsync(other, prompt));
            promptScores.Add(Difference(expected.Verdict.PromptScore, found.Verdict.PromptScore));
            // The response stage reads the pilot: where that differs, so may its score.
            var isSamePilot = expected.Pilot.SequenceEqual(found.Pilot);
            if (isSamePilot)
                responseScores.Add(Difference(expected.Verdict.ResponseScore, found.Verdict.ResponseScore));

            var (answer, otherAnswer) = (await AnswerAsync(cpu, prompt), await AnswerAsync(other, prompt));
            refused += prompt.Harmful && otherAnswer.Intervened ? 1 : 0;
            if (answer.Intervened != otherAnswer.Intervened)
            {
                differentVerdicts++;
                clearlyDifferent += isSamePilot && !IsBorderline(expected.Verdict, cpu.Guarded.Policies.Get(null)) ? 1 : 0;
            }

            if (answer.Tokens.SequenceEqual(otherAnswer.Tokens))
                same++;
            else
                partings.Add(answer.Tokens.Zip(otherAnswer.Tokens).TakeWhile(p => p.First == p.Second).Count());
        }

        return
        [
            Finding.Distances("prompt score, difference", promptScores, Tolerance.Score),
            responseScores.Count > 0
                ? Finding.Distances($"response score, difference ({responseScores.Count} prompts with the same pilot)", responseScores, Tolerance.Score)
                : Finding.Reported("response score, difference", "no prompt with the same pilot"),
            new Finding(
                "other verdict than the CPU's",
                $"{differentVerdicts} of {prompts.Count}, {clearlyDifferent} of them clearly",
                FormattableString.Invariant($"only where the pilot differs, or a score is near its threshold: within {Tolerance.Borderline}, or half of it"),
                clearlyDifferent == 0),
            Finding.Reported("harmful prompts intervened on", $"{refused} of {prompts.Count(p => p.Harmful)}"),
            Finding.Reported(
                $"guarded answers of {AnswerTokens} tokens the same",
                $"{same} of {prompts.Count}" + (partings.Count > 0 ? $"; the others part after {partings.Order().First()} to {partings.Max()} tokens, median {partings.Order().ElementAt(partings.Count / 2)}" : "")),
        ];
    }

    private static async Task<(SafetyVerdict Verdict, IReadOnlyList<int> Pilot)> LookAsync(Side side, CheckPrompt prompt)
    {
        // Every prompt gets a pilot, none an intervention.
        var policy = side.Guarded.Policies.Get(null);
        (policy.PromptThreshold, policy.Intervention) = (0, Intervention.ObserveOnly);
        var result = await side.Guarded.GenerateAsync(Request(prompt, policy.PilotTokens) with { Policy = policy });
        return (result.Verdict!, result.Tokens);
    }

    private static Task<GenerationResult> AnswerAsync(Side side, CheckPrompt prompt) =>
        side.Guarded.GenerateAsync(Request(prompt, AnswerTokens));

    private static GenerationRequest Request(CheckPrompt prompt, int tokens) =>
        new() { Messages = [Backends.PromptMessage.User(prompt.Prompt)], MaxNewTokens = tokens };

    private static bool IsBorderline(SafetyVerdict verdict, SafetyPolicy policy) =>
        IsNear(verdict.PromptScore, policy.PromptThreshold) || IsNear(verdict.ResponseScore, policy.ResponseThreshold);

    private static bool IsNear(float? score, double threshold) => score is { } value && Math.Abs(value - threshold) <= Math.Min(Tolerance.Borderline, threshold / 2);

    /// <summary>A score that is there on one provider alone is as different as can be, one that is on neither not at all.</summary>
    private static double Difference(float? expected, float? found) => (expected, found) switch
    {
        ({ } a, { } b) => Math.Abs(a - b),
        (null, null) => 0,
        _ => 1,
    };
}
