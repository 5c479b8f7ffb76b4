namespace SafeSwitch.Policies;

/// <summary>Which stages decide.</summary>
public enum GuardStages
{
    /// <summary>One stage: a prompt at or above its threshold is intervened on at once.</summary>
    Prompt,

    /// <summary>Two stages, as in the paper: a prompt at or above its threshold is answered for a few pilot tokens, and
    /// intervened on if the model is complying.</summary>
    PromptAndResponse,
}
