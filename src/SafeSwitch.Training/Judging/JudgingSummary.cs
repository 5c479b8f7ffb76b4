using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Judging;

/// <summary>The labels of a folder of states after judging.</summary>
/// <param name="Judge">The judge besides the matcher; <see langword="null"/> if there was none.</param>
/// <param name="Rows">Rows of the folder.</param>
/// <param name="Harmful">Answers to harmful requests.</param>
/// <param name="Harmless">Answers to harmless requests.</param>
/// <param name="Asked">Answers that the judge was asked about in this run.</param>
/// <param name="Existing">Answers that it had judged before.</param>
/// <param name="Undecided">Answers of which it said neither yes nor no; the matcher's label counts for them.</param>
/// <param name="Failed">Answers that it failed on; they are asked about again by the next run.</param>
/// <param name="LastFailure">What went wrong the last time.</param>
/// <param name="Agreement">How far judge and matcher agree.</param>
/// <param name="OnlyJudgeComplied">Keys of some answers that comply by the judge alone.</param>
/// <param name="OnlyMatcherComplied">Keys of some answers that comply by the matcher alone.</param>
public sealed record JudgingSummary(
    string? Judge,
    int Rows,
    LabelledAnswers Harmful,
    LabelledAnswers Harmless,
    int Asked,
    int Existing,
    int Undecided,
    int Failed,
    string? LastFailure,
    JudgeAgreement? Agreement,
    IReadOnlyList<string> OnlyJudgeComplied,
    IReadOnlyList<string> OnlyMatcherComplied)
{
    private const int Examples = 5;

    /// <summary>Answers in another language than English, which the refusal matcher can't read; those that the judge labelled don't count.</summary>
    public int OtherLanguages { get; init; }

    internal static JudgingSummary Of(IReadOnlyList<CollectedRow> rows, ChatJudge? judge, int asked, int failed, string? lastFailure)
    {
        var answered = rows.Where(r => r.Answer is not null).ToList();
        var judged = judge is null ? [] : answered.FindAll(judge.HasJudged);
        var labelled = judged.FindAll(r => r.Judgement!.Complied is not null);
        return new JudgingSummary(
            judge?.Name,
            rows.Count,
            Count(answered, harmful: true),
            Count(answered, harmful: false),
            asked,
            judged.Count - asked + failed,
            judged.Count - labelled.Count,
            failed,
            lastFailure,
            judge is null ? null : JudgeAgreement.Of(labelled.Select(r => (r.Judgement!.Complied == true, r.Complied == true))),
            Differing(labelled, judgeComplied: true),
            Differing(labelled, judgeComplied: false))
        {
            OtherLanguages = answered.Count(r => r.Judgement?.Complied is null && EnglishText.IsOther(r.Answer!)),
        };
    }

    private static LabelledAnswers Count(List<CollectedRow> answered, bool harmful)
    {
        var mine = answered.FindAll(r => r.Data.Harmful == harmful);
        return new LabelledAnswers(mine.Count, mine.Count(r => r.ComplianceLabel == true));
    }

    private static List<string> Differing(List<CollectedRow> labelled, bool judgeComplied) =>
        [.. labelled.Where(r => r.Judgement!.Complied == judgeComplied && r.Complied != judgeComplied).Select(r => r.Data.Key).Take(Examples)];
}

/// <summary>Answers to requests of one label.</summary>
/// <param name="Answers">Answers.</param>
/// <param name="Complied">Of those, the ones that comply, by the label that training uses.</param>
public sealed record LabelledAnswers(int Answers, int Complied);
