namespace SafeSwitch.Training.Judging;

/// <summary>Answers to requests of one label.</summary>
/// <param name="Answers">Answers.</param>
/// <param name="Complied">Of those, the ones that comply, by the label that training uses.</param>
public sealed record LabelledAnswers(int Answers, int Complied);
