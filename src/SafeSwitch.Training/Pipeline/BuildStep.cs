namespace SafeSwitch.Training.Pipeline;

/// <summary>The steps of a build, in order.</summary>
public enum BuildStep
{
    /// <summary>A copy of the decoder that exports every layer to be collected.</summary>
    Instrument,

    /// <summary>States and answers of all rows.</summary>
    Collect,

    /// <summary>The refusal adapter.</summary>
    Adapter,

    /// <summary>Probes, and their thresholds.</summary>
    Probes,

    /// <summary>The bundle's own graphs and <c>safeswitch.json</c>.</summary>
    Bundle,
}
