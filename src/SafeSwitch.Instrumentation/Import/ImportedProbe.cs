using SafeSwitch.Policies;

namespace SafeSwitch.Instrumentation.Import;

/// <summary>A prober that became a probe.</summary>
/// <param name="File">The probe's graph.</param>
/// <param name="Stage">Where it looks.</param>
/// <param name="HiddenStates">The decoder output it reads.</param>
/// <param name="HiddenSize">Width of the states.</param>
/// <param name="PilotTokens">Answer tokens that are decoded before it looks; 0 at the prompt stage.</param>
/// <param name="Label">What it was trained to tell: <c>safety</c>, <c>response</c> or <c>both</c>.</param>
public sealed record ImportedProbe(string File, MonitorStage Stage, string HiddenStates, int HiddenSize, int PilotTokens, string Label);
