namespace SafeSwitch.Training.States;

/// <summary>How many positions become one score.</summary>
public enum ProbePooling
{
    /// <summary>The state of the last position of the sequence.</summary>
    Last,

    /// <summary>The average of the states, scored once.</summary>
    MeanState,

    /// <summary>The average of the token scores.</summary>
    Mean,

    /// <summary>The token scores, weighted by a softmax that each head learns.</summary>
    Attention,

    /// <summary>Each head's largest token score.</summary>
    MultiMax,

    /// <summary>Each head's largest average of token scores over a short window of consecutive positions.</summary>
    Rolling,
}
