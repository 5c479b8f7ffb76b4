using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.States;

/// <summary>What to collect of one row.</summary>
/// <param name="Row">The row.</param>
public sealed record CollectionRequest(DataRow Row)
{
    /// <summary>Whether to let the model answer, greedily, and keep the states of the answer's first tokens.</summary>
    public bool WithAnswer { get; init; }

    /// <summary>A refusal to run after the prompt, for adapter training.</summary>
    public RefusalTarget? Refusal { get; init; }
}
