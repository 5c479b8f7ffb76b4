using SafeSwitch.Policies;

namespace SafeSwitch.Evaluation;

/// <summary>Which policies one pass can compare: those whose decisions follow from the same scores and whose refusals are the same.</summary>
internal static class PolicyComparison
{
    public static void Check(EvaluationOptions options)
    {
        Range(options.AnswerTokens, nameof(options.AnswerTokens), 1, 4096);
        Range(options.RefusalTokens, nameof(options.RefusalTokens), 1, 4096);
        if (options.UtilityTokens is { } utility)
            Range(utility, nameof(options.UtilityTokens), options.AnswerTokens, 4096);
        if (options.SafetyPrompt is { } prompt && string.IsNullOrWhiteSpace(prompt))
            throw Wrong($"{nameof(options.SafetyPrompt)}: found an empty text, expected what the model is told.");
        Range(options.CheckEvery, nameof(options.CheckEvery), 0, int.MaxValue);
        if (options.Reference is { Threshold: not (>= 0 and <= 1) } reference)
            throw Wrong($"{nameof(options.Reference)}: found a threshold of {reference.Threshold}, expected a number in [0, 1].");
        if (options.Reference?.PilotTokens is { } pilot)
            Range(pilot, $"{nameof(options.Reference)}: pilot tokens", 1, options.AnswerTokens);
        if (options.Reference is not null && options.Policies.Count == 0 && !options.AlwaysOn)
            throw Wrong("A reference form is compared with policies; there are none.");
        if (Methods.Fixed.FirstOrDefault(options.Policies.ContainsKey) is { } taken)
            throw Wrong($"A policy is named '{taken}'; that name is taken in a comparison.");
        if (options.CheckedPolicy is { } name && !options.Policies.ContainsKey(name))
            throw Wrong($"There is no policy '{name}' among those compared: {string.Join(", ", options.Policies.Keys)}.");

        foreach (var (policyName, policy) in options.Policies)
        {
            if (policy.Intervention != Intervention.RefusalAdapter || policy.AdapterTokens is not null || policy.WatchEvery > 0)
            {
                throw Wrong(
                    $"Policy '{policyName}' can't be compared: found {policy.Intervention}, watching every {policy.WatchEvery} tokens, the adapter on for "
                    + $"{policy.AdapterTokens?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "all"} tokens; expected {Intervention.RefusalAdapter}, no watching, "
                    + "the adapter on for the whole answer. Choose policies by name.");
            }

            if (policy.Stages == GuardStages.PromptAndResponse && policy.PilotTokens > options.AnswerTokens)
                throw Wrong($"Policy '{policyName}' looks at {policy.PilotTokens} pilot tokens; answers are decoded for {options.AnswerTokens} only.");
        }

        if (options.Policies.Values.Select(p => p.Adapter).Distinct().Count() > 1)
            throw Wrong("The policies use different adapters; one pass compares policies of one adapter. Choose policies by name.");
    }

    private static void Range(int value, string name, int least, int most)
    {
        if (value < least || value > most)
            throw Wrong($"{name}: found {value}, expected a number in [{least}, {most}].");
    }

    private static ArgumentException Wrong(string message) => new(message);
}
