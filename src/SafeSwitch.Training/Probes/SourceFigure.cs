using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Training.Probes;

/// <summary>What a probe flags of one source.</summary>
/// <param name="Source">Where the prompts came from.</param>
/// <param name="Positive">Their label: flagged is right if it is <see langword="true"/>.</param>
/// <param name="Flagged">How many are flagged.</param>
public sealed record SourceFigure(string Source, bool Positive, Proportion Flagged);
