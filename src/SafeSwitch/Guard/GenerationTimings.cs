namespace SafeSwitch.Guard;

/// <summary>What an answer cost, in time.</summary>
/// <param name="Prefill">Running the prompt.</param>
/// <param name="Monitor">Inside the monitor, all stages.</param>
/// <param name="FirstToken">From the request to the first text that was released; <see cref="Total"/> if there was none.</param>
/// <param name="Total">From the request to the end.</param>
public readonly record struct GenerationTimings(TimeSpan Prefill, TimeSpan Monitor, TimeSpan FirstToken, TimeSpan Total);
