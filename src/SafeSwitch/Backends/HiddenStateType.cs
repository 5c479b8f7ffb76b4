namespace SafeSwitch.Backends;

/// <summary>How the numbers of a hidden state are stored.</summary>
public enum HiddenStateType
{
    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>16-bit IEEE floating point.</summary>
    Float16,

    /// <summary>16-bit brain floating point.</summary>
    BFloat16,
}
