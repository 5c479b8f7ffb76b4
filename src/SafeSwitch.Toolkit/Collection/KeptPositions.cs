namespace SafeSwitch.Toolkit.Collection;

/// <summary>Which states of a prompt are kept.</summary>
public enum KeptPositions
{
    /// <summary>Those of every content position, and of the last one: what probes that pool over the prompt are trained on.</summary>
    Content,

    /// <summary>That of the last position alone: a hundredth of the bytes, for probes that read nothing else.</summary>
    Last,
}
