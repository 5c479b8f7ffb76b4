using SafeSwitch.Policies;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes;

/// <summary>A probe before training: one network, or several averaged in one graph.</summary>
public sealed record ProbeDesign
{
    /// <summary>Name in the bundle.</summary>
    public required string Name { get; init; }

    /// <summary>Prompt (is the request harmful?) or response (is the model complying?).</summary>
    public required MonitorStage Stage { get; init; }

    /// <summary>The networks.</summary>
    public required IReadOnlyList<ProbeMemberDesign> Members { get; init; }

    /// <summary>What they are averaged in.</summary>
    public EnsembleAverage Average { get; init; } = EnsembleAverage.Logits;

    /// <summary>The reference implementation's probe on the prompt: last position, final layer, one hidden layer of 64.</summary>
    public static ProbeDesign Reference { get; } = new()
    {
        Name = "prompt",
        Stage = MonitorStage.Prompt,
        Members = [new() { Pooling = ProbePooling.Last, Layers = ["hidden_states"] }],
    };

    /// <summary>How the positions are pooled, for people.</summary>
    public string Describe() => Members is [{ Copies: 1 } only]
        ? only.ToString()
        : $"average of {string.Join(", ", Members)}";

    internal IReadOnlyList<string> HiddenStates => [.. Members.SelectMany(m => m.Layers).Distinct()];

    internal IEnumerable<ProbeMemberDesign> Networks => Members.SelectMany(m => Enumerable.Repeat(m with { Copies = 1 }, m.Copies));

    internal void Check()
    {
        if (Members.Count == 0)
            throw new ArgumentException($"Probe '{Name}' has no members.");
        foreach (var member in Members)
            member.Check();
    }
}
