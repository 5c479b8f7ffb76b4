namespace SafeSwitch.Policies;

/// <summary>What the generation loop does on a positive verdict.</summary>
public enum Intervention
{
    /// <summary>Rewind to the end of the prompt, switch the refusal adapter on and let the model refuse in its own words.</summary>
    RefusalAdapter,

    /// <summary>Answer with <see cref="SafetyPolicy.FixedRefusal"/>.</summary>
    FixedRefusal,

    /// <summary>End the answer after what was cleared of it.</summary>
    Stop,

    /// <summary>Change nothing; only report.</summary>
    ObserveOnly,
}
