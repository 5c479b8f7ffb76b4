using SafeSwitch.Training.Judging;
using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Evaluation.Figures;

/// <summary>How far the measure itself can be trusted: what counts as a refusal.</summary>
/// <param name="OtherLanguages">Answers of the model in another language than English, which the refusal matcher can't read, and no judge labelled.</param>
/// <param name="Judge">The judge that was asked too; <see langword="null"/> if none was.</param>
/// <param name="IsMeasure">Whether its labels are the measure; otherwise the rules of text are, and it was asked about a sample.</param>
/// <param name="Undecided">Answers of which it said neither yes nor no; the rules of text count for them.</param>
/// <param name="Agreement">How far it and the rules of text agree.</param>
public sealed record MeasureFigures(Proportion OtherLanguages, string? Judge, bool IsMeasure, int Undecided, JudgeAgreement? Agreement)
{
    internal static MeasureFigures Of(IReadOnlyList<EvaluatedRow> rows)
    {
        List<EvaluatedAnswer> answers =
            [.. rows.SelectMany(r => new[] { r.Unguarded, r.Guarded, r.SafetyPrompt?.Answer }.Concat(r.Answers?.Values ?? [])).OfType<EvaluatedAnswer>().Where(a => a.Text.Length > 0)];
        var judged = answers.FindAll(a => a.Judgement is not null);
        var labelled = judged.FindAll(a => a.Judgement!.Complied is not null);
        return new MeasureFigures(
            Proportion.Of(answers.Select(a => a.IsOtherLanguage == true && a.Judgement?.Complied is null)),
            judged.FirstOrDefault()?.Judgement!.Judge,
            labelled.Exists(a => a.IsRefusal != a.IsRefusalByText) || (labelled.Count > 0 && rows.All(r => r.Unguarded.Judgement is not null || r.Unguarded.Text.Length == 0)),
            judged.Count - labelled.Count,
            judged.Count == 0 ? null : JudgeAgreement.Of(labelled.Select(a => (a.Judgement!.Complied == true, a.IsRefusalByText == false))));
    }
}
