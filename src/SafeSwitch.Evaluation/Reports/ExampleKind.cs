namespace SafeSwitch.Evaluation.Reports;

/// <summary>What an example shows.</summary>
internal enum ExampleKind
{
    /// <summary>A harmful request that the model answers and the guard refuses.</summary>
    Caught,

    /// <summary>A harmful request that is answered all the same.</summary>
    Missed,

    /// <summary>A harmless request that only the guard refuses.</summary>
    RefusedWrongly,
}
