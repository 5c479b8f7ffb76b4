namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>What an instrumented graph is for.</summary>
internal enum GraphRole
{
    /// <summary>Generation: logits of each row's last position.</summary>
    Serving,

    /// <summary>Collecting and training: logits of every position.</summary>
    Training,
}
