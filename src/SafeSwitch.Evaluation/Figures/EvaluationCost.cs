namespace SafeSwitch.Evaluation.Figures;

/// <summary>What the guard cost, over all rows.</summary>
/// <param name="PromptTokens">Prompt tokens run.</param>
/// <param name="PrefillMs">Milliseconds of running them.</param>
/// <param name="ProbeMs">Milliseconds in the bundle's probes.</param>
/// <param name="AnswerTokens">Tokens decoded, refusals included.</param>
/// <param name="MsPerToken">Milliseconds per decoded token.</param>
/// <param name="UnguardedMsPerToken">The same of the unguarded model's answers.</param>
/// <param name="GuardedMsPerToken">The same with the refusal adapter on.</param>
public sealed record EvaluationCost(
    long PromptTokens, double PrefillMs, double ProbeMs, long AnswerTokens, double MsPerToken, double UnguardedMsPerToken, double GuardedMsPerToken)
{
    internal static EvaluationCost Of(IReadOnlyList<EvaluatedRow> rows)
    {
        List<EvaluatedAnswer> unguarded = [.. rows.Select(r => r.Unguarded)];
        List<EvaluatedAnswer> guarded = [.. rows.Select(r => r.Guarded).OfType<EvaluatedAnswer>()];
        List<EvaluatedAnswer> answers = [.. unguarded, .. guarded];
        return new EvaluationCost(
            rows.Sum(r => (long)r.PromptTokens),
            rows.Sum(r => r.PrefillMs),
            rows.Sum(r => r.ProbeMs),
            answers.Sum(a => (long)a.Tokens),
            PerToken(answers),
            PerToken(unguarded),
            PerToken(guarded));
    }

    private static double PerToken(List<EvaluatedAnswer> answers) =>
        answers.Sum(a => (long)a.Tokens) is > 0 and var tokens ? answers.Sum(a => a.DecodeMs) / tokens : 0;
}
