using System.Globalization;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Guard;
using SafeSwitch.Policies;
using Spectre.Console;

namespace SafeSwitch.Cli.Ask;

/// <summary>What the guard saw, decided and cost, below the answer.</summary>
internal static class AskReport
{
    public static void Write(Terminal terminal, GenerationResult result, string policyName, SafetyPolicy? policy)
    {
        var facts = new FactGrid();
        if (result.Verdict is { } verdict)
        {
            if (verdict.Scores is { } scores)
            {
                foreach (var score in scores)
                    AddScore(facts, score.Label, score.Score, score.Threshold, score.Class ?? score.Probe);
            }
            else
            {
                AddScore(facts, "prompt score", verdict.PromptScore, verdict.PromptThreshold, "the request is harmful");
            }

            AddScore(facts, "response score", verdict.ResponseScore, verdict.ResponseThreshold, "the model is complying");
        }

        var decision = Decision.Describe(result, policy);
        facts.AddMarkup("decision", $"[{(result.Intervened ? "red" : "green")}]{Markup.Escape(decision)}[/]");
        if (result.Verdict is { } reason)
            facts.Add("reason", reason.Reason);
        if (result.Verdict is { Guard: { } guard })
            facts.Add("guard", guard);
        if (policy is not null)
            facts.Add("policy", $"{policyName} ({Describe(policy)})");
        facts.Add("finished", Describe(result.FinishReason));
        facts.Add("tokens", Tokens(result.Usage));
        facts.Add("time", Times(result));
        facts.WriteTo(terminal);
    }

    private static void AddScore(FactGrid facts, string name, float? score, double? threshold, string claim)
    {
        if (score is not { } value)
            return;
        var isOver = value >= threshold;
        facts.AddMarkup(name, string.Create(
            CultureInfo.InvariantCulture,
            $"[{(isOver ? "red" : "green")}]{value:0.0000}[/] {(isOver ? "at or above" : "below")} {threshold:0.0000}  [grey]p({claim})[/]"));
    }

    private static string Describe(SafetyPolicy policy) =>
        policy.Stages == GuardStages.Prompt ? "decides at the prompt" : $"prompt, then {policy.PilotTokens} pilot tokens";

    private static string Describe(FinishReason reason) => reason switch
    {
        FinishReason.EndOfAnswer => "the model ended its answer",
        FinishReason.StopString => "a stop string appeared",
        FinishReason.Length => "the limit of tokens was reached",
        FinishReason.FixedRefusal => "by a fixed refusal",
        FinishReason.Stopped => "stopped by the policy",
        _ => reason.ToString(),
    };

    private static string Tokens(GenerationUsage usage)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{usage.PromptTokens:N0} prompt, {usage.AnswerTokens:N0} answer");
        return usage.DiscardedTokens == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"{text}, {usage.DiscardedTokens} held back and discarded");
    }

    private static string Times(GenerationResult result)
    {
        var timings = result.Timings;
        var perToken = TokenTime.Of(result) is { } time ? $", {Durations.Show(time)} per token" : "";
        var monitor = result.Verdict is null ? "" : $", monitor {Durations.Show(timings.Monitor)}";
        return $"prefill {Durations.Show(timings.Prefill)}{monitor}, first text after {Durations.Show(timings.FirstToken)}{perToken}, {Durations.Show(timings.Total)} in all";
    }
}
