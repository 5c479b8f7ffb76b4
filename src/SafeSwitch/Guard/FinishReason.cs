namespace SafeSwitch.Guard;

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model ended it.</summary>
    EndOfAnswer,

    /// <summary>A stop string appeared.</summary>
    StopString,

    /// <summary>The limit of new tokens was reached.</summary>
    Length,

    /// <summary>The policy's fixed refusal was given in place of an answer.</summary>
    FixedRefusal,

    /// <summary>The policy ended it.</summary>
    Stopped,
}
