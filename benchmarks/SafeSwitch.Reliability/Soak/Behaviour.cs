namespace SafeSwitch.Reliability.Soak;

/// <summary>How a caller treats a request.</summary>
internal enum Behaviour
{
    /// <summary>Reads it to the end.</summary>
    Whole,

    /// <summary>Cancels it somewhere.</summary>
    Cancelled,

    /// <summary>Reads some of it and forgets the enumerator, without disposing it.</summary>
    Abandoned,

    /// <summary>Asks a model whose monitor throws, hangs, blocks, is slow or says nonsense.</summary>
    Faulty,

    /// <summary>Disposes the model while requests run on it.</summary>
    Disposed,
}
