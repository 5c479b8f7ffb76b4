namespace SafeSwitch.Training.Rows;

/// <summary>The steps from a model to a measured bundle, in order.</summary>
public enum BuildStep
{
    /// <summary>A copy of the decoder that exports every layer to be collected.</summary>
    Instrument,

    /// <summary>States, answers and refusals of all rows.</summary>
    Collect,

    /// <summary>Labels of the answers, by a chat model where the recipe names one.</summary>
    Judge,

    /// <summary>The refusal adapter.</summary>
    Adapter,

    /// <summary>Probes, not calibrated yet.</summary>
    Probes,

    /// <summary>The bundle's own graphs, thresholds and <c>safeswitch.json</c>.</summary>
    Bundle,

    /// <summary>Figures of the bundle on labelled rows, where the recipe names a suite.</summary>
    Evaluate,
}
