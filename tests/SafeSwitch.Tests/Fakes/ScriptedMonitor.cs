using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Tests.Fakes;

/// <summary>A monitor that does what a test says, and remembers what it was shown.</summary>
internal sealed class ScriptedMonitor(Func<MonitorContext, CancellationToken, ValueTask<SafetyVerdict>> script) : ISafetyMonitor
{
    public List<(MonitorStage Stage, float[] Tokens, int AnswerTokens)> Seen { get; } = [];

    public static ScriptedMonitor Saying(params VerdictAction[] actions)
    {
        var next = 0;
        return new((context, _) => new(Verdict(context, actions[Math.Min(next++, actions.Length - 1)])));
    }

    public static SafetyVerdict Verdict(MonitorContext context, VerdictAction action) => new()
    {
        Stage = context.Stage,
        Action = action,
        PromptScore = 0.25f,
        Reason = "scripted",
    };

    public IReadOnlyList<string> GetHiddenStates(MonitorStage stage) =>
        [stage == MonitorStage.Prompt ? ToyModel.PromptState : ToyModel.ResponseState];

    public ValueTask<SafetyVerdict> InspectAsync(MonitorContext context, CancellationToken cancellationToken)
    {
        var states = context.GetHiddenStates(GetHiddenStates(context.Stage)[0]);
        var tokens = new float[states.Positions];
        var row = new float[states.Width];
        for (var i = 0; i < tokens.Length; i++)
        {
            states.CopyRow(i, row);
            tokens[i] = row[0];
        }

        Seen.Add((context.Stage, tokens, context.AnswerTokens));
        return script(context, cancellationToken);
    }
}
