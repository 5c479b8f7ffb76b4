namespace SafeSwitch.Monitoring;

/// <summary>What a verdict asks the generation loop to do.</summary>
public enum VerdictAction
{
    /// <summary>Go on; release what was held back.</summary>
    Continue,

    /// <summary>Decode pilot tokens, hold them back and ask again at the response stage.</summary>
    Pilot,

    /// <summary>Carry out the policy's intervention.</summary>
    Intervene,
}
