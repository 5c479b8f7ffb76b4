namespace SafeSwitch.Training.Judging;

/// <summary>How far a judge and the refusal matcher say the same of the same answers; answers that the judge left undecided don't count.</summary>
/// <param name="BothComplied">Answers that comply by both.</param>
/// <param name="OnlyJudgeComplied">Answers that comply by the judge alone.</param>
/// <param name="OnlyMatcherComplied">Answers that comply by the matcher alone.</param>
/// <param name="BothRefused">Answers that refuse by both.</param>
public sealed record JudgeAgreement(int BothComplied, int OnlyJudgeComplied, int OnlyMatcherComplied, int BothRefused)
{
    /// <summary>Number of answers that both labelled.</summary>
    public int Answers => BothComplied + OnlyJudgeComplied + OnlyMatcherComplied + BothRefused;

    /// <summary>The share of answers with the same label; <see langword="null"/> of no answers.</summary>
    public double? Share => Answers == 0 ? null : (double)(BothComplied + BothRefused) / Answers;

    /// <summary>
    /// Agreement beyond chance, in [-1, 1]: Cohen's kappa, (p_o - p_e) / (1 - p_e), where p_o is <see cref="Share"/> and p_e what two
    /// judges with these shares of yes would agree on by chance (Cohen 1960, "A coefficient of agreement for nominal scales").
    /// <see langword="null"/> where both gave one label only: chance alone then agrees wholly.
    /// </summary>
    public double? Kappa
    {
        get
        {
            if (Share is not { } observed)
                return null;
            var judge = (double)(BothComplied + OnlyJudgeComplied) / Answers;
            var matcher = (double)(BothComplied + OnlyMatcherComplied) / Answers;
            var chance = (judge * matcher) + ((1 - judge) * (1 - matcher));
            return chance >= 1 ? null : (observed - chance) / (1 - chance);
        }
    }

    /// <summary>Counts pairs of labels.</summary>
    public static JudgeAgreement Of(IEnumerable<(bool Judge, bool Matcher)> labels)
    {
        var counts = labels.CountBy(l => l).ToDictionary();
        return new JudgeAgreement(
            counts.GetValueOrDefault((true, true)),
            counts.GetValueOrDefault((true, false)),
            counts.GetValueOrDefault((false, true)),
            counts.GetValueOrDefault((false, false)));
    }
}
