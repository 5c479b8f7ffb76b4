namespace SafeSwitch.Training.Refusals;

/// <summary>How good generated refusals are.</summary>
/// <param name="Answers">Answers looked at.</param>
/// <param name="Refused">Of those, refusals.</param>
/// <param name="Fluent">Of those, refusals that are fluent, see <see cref="Fluency"/>.</param>
/// <param name="NamedTopic">Of those, refusals that name what the request is about; <see langword="null"/> if nobody said what refusals are about.</param>
public sealed record RefusalQuality(int Answers, int Refused, int Fluent, int? NamedTopic);
