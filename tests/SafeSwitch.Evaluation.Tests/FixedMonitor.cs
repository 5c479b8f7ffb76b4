using SafeSwitch.Backends;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Evaluation.Tests;

/// <summary>A monitor as a host may have one: it finds long prompts harmful, and goes by the first number of the states later on.</summary>
internal sealed class FixedMonitor : ISafetyMonitor
{
    /// <summary>Prompts of as many tokens or more are found harmful.</summary>
    public int MostTokens { get; init; } = int.MaxValue;

    /// <summary>What it throws at the response stage.</summary>
    public Exception? Failure { get; init; }

    public IReadOnlyList<string> GetHiddenStates(MonitorStage stage) => stage == MonitorStage.Prompt ? [] : ["hidden_states"];

    public ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        if (context.Stage == MonitorStage.Prompt)
            return new(Verdict(context, context.PromptTokens >= MostTokens ? VerdictAction.Pilot : VerdictAction.Continue));
        if (Failure is not null)
            throw Failure;
        var states = context.GetHiddenStates("hidden_states");
        var row = new float[states.Width];
        states.CopyRow(states.Positions - 1, row);
        return new(Verdict(context, row[0] > 0 ? VerdictAction.Intervene : VerdictAction.Continue));
    }

    private static SafetyVerdict Verdict(MonitorContext context, VerdictAction action) =>
        new() { Stage = context.Stage, Action = action, Reason = "it says so" };
}
