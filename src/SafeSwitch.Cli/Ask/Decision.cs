using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Cli.Ask;

/// <summary>A verdict and what came of it, in words.</summary>
internal static class Decision
{
    public static string Describe(GenerationResult result, SafetyPolicy? policy) => result switch
    {
        { Verdict: null } => "unguarded, nobody looked",
        { Intervened: true } => $"intervened: {Describe(policy!.ActingFor(result.Verdict?.Guard))}",
        { Verdict.IsError: true } => "let through, though the monitor failed",
        { Verdict.Action: VerdictAction.Intervene } => "let through, the policy only observes",
        { Verdict: { Stage: MonitorStage.Response, PromptScore: not null } verdict } when verdict.PromptScore >= verdict.PromptThreshold =>
            "let through: the request looks harmful, the model is not complying",
        _ => "let through",
    };

    private static string Describe(SafetyPolicy policy) => policy.CustomIntervention ?? Describe(policy.Intervention);

    private static string Describe(Intervention intervention) => intervention switch
    {
        Intervention.RefusalAdapter => "the refusal adapter answered",
        Intervention.FixedRefusal => "a fixed refusal was given",
        Intervention.Stop => "the answer was stopped",
        _ => intervention.ToString(),
    };
}
