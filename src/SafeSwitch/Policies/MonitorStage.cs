namespace SafeSwitch.Policies;

/// <summary>Where a probe looks.</summary>
public enum MonitorStage
{
    /// <summary>At the prompt, before the first answer token.</summary>
    Prompt,

    /// <summary>At the answer: after the pilot tokens, and every k-th token after.</summary>
    Response,
}
