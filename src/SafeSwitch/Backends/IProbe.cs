using SafeSwitch.Policies;

namespace SafeSwitch.Backends;

/// <summary>A small classifier over hidden states. Thread-safe; which positions count, pooling and ensembles are its own affair.</summary>
public interface IProbe : IDisposable
{
    /// <summary>Name in the bundle.</summary>
    string Name { get; }

    /// <summary>Where it looks.</summary>
    MonitorStage Stage { get; }

    /// <summary>What it tells, such as <c>harm</c> or <c>investment-advice</c>.</summary>
    /// <value>The name, unless a probe says better.</value>
    string Label => Name;

    /// <summary>Names of its classes, the first one for what is let through; none where it tells one thing only.</summary>
    IReadOnlyList<string> Classes => [];

    /// <summary>Names of the hidden states it reads, in the order in which <see cref="Score"/> takes them.</summary>
    IReadOnlyList<string> HiddenStates { get; }

    /// <summary>Reads one prompt or one stretch of an answer.</summary>
    /// <param name="states">One per name in <see cref="HiddenStates"/>, all for the same positions.</param>
    /// <param name="contentMask">1 on content positions, one entry per position; empty if every position counts.</param>
    /// <returns>What it says; a caller must take a number outside [0, 1] for a failure.</returns>
    /// <exception cref="ArgumentException">The states are not those that it reads.</exception>
    ProbeReading Score(ReadOnlySpan<HiddenStates> states, ReadOnlyMemory<float> contentMask);
}

/// <summary>What a probe says of one prompt or one stretch of an answer.</summary>
/// <param name="Probability">Of the positive class, in [0, 1]: the request is harmful (prompt stage), the model complies (response stage).</param>
/// <param name="OutOfDistribution">In [0, 1]: how surely the text is of a kind that the probe never learned to read, another language or an
/// encoding, so that a low probability means nothing; 0.5 is the threshold that training set. <see langword="null"/> if the probe does not tell.</param>
public readonly record struct ProbeReading(float Probability, float? OutOfDistribution = null)
{
    /// <summary>The likeliest of the classes that are not let through, by its place in <see cref="IProbe.Classes"/>; <see langword="null"/> if the probe has none.</summary>
    public int? Class { get; init; }
}
