namespace SafeSwitch.Training.Probes;

/// <summary>What the members of an ensemble are averaged in.</summary>
public enum EnsembleAverage
{
    /// <summary>Log-odds: a member that is sure outweighs members that are not.</summary>
    Logits,

    /// <summary>Probabilities: no member can say more than one.</summary>
    Probabilities,
}
