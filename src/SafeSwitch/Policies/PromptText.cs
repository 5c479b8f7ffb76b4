namespace SafeSwitch.Policies;

/// <summary>How the text of a request is taken before the model, and with it the guard, reads it.</summary>
public enum PromptText
{
    /// <summary>As a person reads it: what can't be seen is gone, letters are in their plain forms (<see cref="Backends.ReadableText"/>). A request in
    /// such a disguise is then the request that the probes know.</summary>
    AsRead,

    /// <summary>Code point by code point, for a host whose users ask about the characters themselves.</summary>
    AsWritten,
}
