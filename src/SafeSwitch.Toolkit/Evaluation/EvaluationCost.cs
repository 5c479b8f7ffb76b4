namespace SafeSwitch.Toolkit.Evaluation;

/// <summary>What the guard cost, over all rows.</summary>
/// <param name="PromptTokens">Prompt tokens run.</param>
/// <param name="PrefillMs">Milliseconds of running them.</param>
/// <param name="ProbeMs">Milliseconds in the bundle's probes.</param>
/// <param name="AnswerTokens">Tokens decoded, refusals included.</param>
/// <param name="MsPerToken">Milliseconds per decoded token.</param>
public sealed record EvaluationCost(long PromptTokens, double PrefillMs, double ProbeMs, long AnswerTokens, double MsPerToken)
{
    internal static EvaluationCost Of(IReadOnlyList<EvaluatedRow> rows)
    {
        var answers = rows.SelectMany(r => new[] { r.Unguarded, r.Guarded }).OfType<EvaluatedAnswer>().ToList();
        var tokens = answers.Sum(a => (long)a.Tokens);
        return new EvaluationCost(
            rows.Sum(r => (long)r.PromptTokens),
            rows.Sum(r => r.PrefillMs),
            rows.Sum(r => r.ProbeMs),
            tokens,
            tokens == 0 ? 0 : answers.Sum(a => a.DecodeMs) / tokens);
    }
}
