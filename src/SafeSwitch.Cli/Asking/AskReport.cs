using System.Globalization;
using SafeSwitch.Cli.Terminals;
using SafeSwitch.Generation;
using SafeSwitch.Monitoring;
using Spectre.Console;

namespace SafeSwitch.Cli.Asking;

/// <summary>What the guard saw, decided and cost, below the answer.</summary>
internal static class AskReport
{
    public static void Write(IAnsiConsole console, GenerationResult result, string policyName, SafetyPolicy? policy)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().PadRight(2));
        grid.AddColumn();
        if (result.Verdict is { } verdict)
        {
            AddScore(grid, "prompt score", verdict.PromptScore, verdict.PromptThreshold, "the request is harmful");
            AddScore(grid, "response score", verdict.ResponseScore, verdict.ResponseThreshold, "the model is complying");
        }

        var decision = Decision.Describe(result, policy);
        Add(grid, "decision", $"[{(result.Intervened ? "red" : "green")}]{Markup.Escape(decision)}[/]");
        if (result.Verdict is { } reason)
            Add(grid, "reason", Markup.Escape(reason.Reason));
        if (policy is not null)
            Add(grid, "policy", Markup.Escape($"{policyName} ({Describe(policy)})"));
        Add(grid, "finished", Describe(result.FinishReason));
        Add(grid, "tokens", Tokens(result.Usage));
        Add(grid, "time", Times(result));
        console.Write(grid);
    }

    private static void Add(Grid grid, string name, string value) => grid.AddRow($"[grey]{name}[/]", value);

    private static void AddScore(Grid grid, string name, float? score, double? threshold, string claim)
    {
        if (score is not { } value)
            return;
        var isOver = value >= threshold;
        Add(grid, name, string.Create(
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
