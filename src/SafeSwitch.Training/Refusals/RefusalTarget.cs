namespace SafeSwitch.Training.Refusals;

/// <summary>The refusal that the adapter shall learn for one request.</summary>
/// <param name="Kind">Kind of harm, by which training is balanced.</param>
/// <param name="Text">The refusal.</param>
public sealed record RefusalTarget(string Kind, string Text);
