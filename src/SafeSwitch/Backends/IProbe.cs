using SafeSwitch.Policies;

namespace SafeSwitch.Backends;

/// <summary>A small classifier over hidden states. Thread-safe; which positions count, pooling and ensembles are its own affair.</summary>
public interface IProbe : IDisposable
{
    /// <summary>Name in the bundle.</summary>
    string Name { get; }

    /// <summary>Where it looks.</summary>
    MonitorStage Stage { get; }

    /// <summary>Names of the hidden states it reads, in the order in which <see cref="Score"/> takes them.</summary>
    IReadOnlyList<string> HiddenStates { get; }

    /// <summary>Probability of the positive class: the request is harmful (prompt stage), the model complies (response stage).</summary>
    /// <param name="states">One per name in <see cref="HiddenStates"/>, all for the same positions.</param>
    /// <param name="contentMask">1 on content positions, one entry per position; empty if every position counts.</param>
    /// <returns>A number in [0, 1]; a caller must take anything else for a failure.</returns>
    /// <exception cref="ArgumentException">The states are not those that it reads.</exception>
    float Score(ReadOnlySpan<HiddenStates> states, ReadOnlyMemory<float> contentMask);
}
