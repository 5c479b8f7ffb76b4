using SafeSwitch.Policies;

namespace SafeSwitch.Evaluation.Figures;

/// <summary>What a method costs on one row beyond the unguarded model.</summary>
/// <param name="FirstTokenMs">Milliseconds by which the first token comes later.</param>
/// <param name="PromptTokens">Tokens that the prompt is longer.</param>
/// <param name="DecodedTokens">Tokens run that no answer shows: a pilot thrown away, and the step with which the refusal begins.</param>
internal readonly record struct RowOverhead(double FirstTokenMs, int PromptTokens, int DecodedTokens)
{
    /// <summary>The overhead, or nothing where the row doesn't tell it.</summary>
    /// <param name="row">The row.</param>
    /// <param name="method">The method.</param>
    /// <param name="policy">The policy, if the method decides by one.</param>
    public static RowOverhead? Of(EvaluatedRow row, string method, SafetyPolicy? policy)
    {
        if (method == Methods.SafetyPrompt)
        {
            return row.SafetyPrompt is { } prompted
                ? new RowOverhead(prompted.PrefillMs - row.PrefillMs, prompted.PromptTokens - row.PromptTokens, 0)
                : null;
        }

        if (row.Timings is not { } timings || policy is null)
            return null;
        var isIntervened = row.IsIntervenedBy(method);
        var step = isIntervened ? timings.StepMs ?? 0 : 0;
        var isReference = method == Methods.Reference;
        var isSuspect = (isReference ? row.ReferenceScore : row.PromptScore) >= policy.PromptThreshold;
        var pilot = isSuspect && policy.Stages == GuardStages.PromptAndResponse ? policy.PilotTokens : 0;
        var probe = isReference ? timings.ReferenceProbeMs : timings.PromptProbeMs;
        var response = pilot == 0 ? 0 : isReference ? timings.ReferenceResponseProbeMs : timings.ResponseProbeMs.GetValueOrDefault(pilot);
        // Held back until it is cleared: a pilot delays the first token even where it is shown afterwards.
        var held = timings.PilotMs.GetValueOrDefault(pilot) + response;
        var thrownAway = isIntervened ? Math.Min(pilot, row.Unguarded.Tokens) + 1 : 0;
        return new RowOverhead(probe + held + step, 0, thrownAway);
    }
}
