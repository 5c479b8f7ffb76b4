namespace SafeSwitch.Policies;

/// <summary>What a policy does with a request that the prompt probe can't read, from the least to the most cautious.</summary>
public enum OutOfDistributionAction
{
    /// <summary>Go by the score alone; the verdict still carries the mark.</summary>
    Continue,

    /// <summary>Treat the request as one whose score reached its threshold: a judge is asked where there is one, else the answer's beginning
    /// is looked at, or the guard intervenes in the one-stage form.</summary>
    Escalate,

    /// <summary>Intervene: what can't be read is not answered.</summary>
    Intervene,
}
