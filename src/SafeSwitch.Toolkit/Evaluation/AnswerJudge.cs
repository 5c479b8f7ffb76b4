using SafeSwitch.Toolkit.Refusals;

namespace SafeSwitch.Toolkit.Evaluation;

/// <summary>Judges answers by their text alone, so that rows of an earlier run can be judged again.</summary>
internal sealed class AnswerJudge(RefusalTexts? texts)
{
    public EvaluatedRow Judge(EvaluatedRow row, string request) => row with
    {
        Unguarded = row.Unguarded with { IsRefusal = RefusalMatcher.IsRefusal(row.Unguarded.Text), IsFluent = null },
        Guarded = row.Guarded is { } guarded
            ? guarded with
            {
                IsRefusal = RefusalMatcher.IsRefusal(guarded.Text),
                IsFluent = RefusalFluency.IsFluent(guarded.Text, guarded.FinishReason),
                NamesTopic = texts?.NamesTopic(guarded.Text, request),
            }
            : null,
    };
}
