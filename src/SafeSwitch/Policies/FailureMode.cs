namespace SafeSwitch.Policies;

/// <summary>What a failed monitor counts as.</summary>
public enum FailureMode
{
    /// <summary>Unsafe: the policy's intervention is carried out.</summary>
    Closed,

    /// <summary>Safe: the answer goes on, the verdict says that nobody looked.</summary>
    Open,
}
