using SafeSwitch.Toolkit.Data;
using SafeSwitch.Toolkit.Evaluation.Utility;
using SafeSwitch.Toolkit.Refusals;

namespace SafeSwitch.Toolkit.Evaluation;

/// <summary>Judges answers by their text alone, so that rows of an earlier run can be judged again.</summary>
internal sealed class AnswerJudge(EvaluationOptions options)
{
    public EvaluatedRow Judge(EvaluatedRow row, DataRow data) => row with
    {
        Unguarded = Judge(row.Unguarded, data),
        SafetyPrompt = row.SafetyPrompt is { } prompted ? prompted with { Answer = Judge(prompted.Answer, data) } : null,
        Guarded = row.Guarded is { } guarded
            ? Judge(guarded, data) with
            {
                IsFluent = RefusalFluency.IsFluent(guarded.Text, guarded.FinishReason),
                NamesTopic = options.Texts?.NamesTopic(guarded.Text, data.Request),
            }
            : null,
    };

    // An answer cut for telling refusals would be judged wrong for its length.
    private EvaluatedAnswer Judge(EvaluatedAnswer answer, DataRow data) => answer with
    {
        IsRefusal = RefusalMatcher.IsRefusal(answer.Text),
        IsFluent = null,
        IsCorrect = options.UtilityTokens is not null && data.Answer is { } right ? AnswerMatch.IsCorrect(answer.Text, right) : null,
    };
}
