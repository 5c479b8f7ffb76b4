namespace SafeSwitch.Training.States;

/// <summary>Which states of a prompt are kept.</summary>
public enum KeptPositions
{
    /// <summary>Those of every content position, and of the last one: what probes that pool over the prompt are trained on.</summary>
    Content,

    /// <summary>That of the last position alone: a hundredth of the bytes, for probes that read nothing else.</summary>
    Last,

    /// <summary>
    /// Those of every content position added up, and that of the last one: two states a prompt, for probes that read the last
    /// position or the average. What is kept is the sum over its number of positions, since a sum of thousands is more than fp16 holds.
    /// </summary>
    Pooled,
}
