namespace SafeSwitch.Instrumentation.Import;

/// <summary>A refusal head that became an adapter.</summary>
/// <param name="File">The adapter.</param>
/// <param name="Rank">Its rank.</param>
/// <param name="RetainedEnergy">The part of the head's change that it keeps, as squared singular values.</param>
/// <param name="RelativeError">What is lost, as the norm of the rest over the norm of the change.</param>
public sealed record ImportedAdapter(string File, int Rank, double RetainedEnergy, double RelativeError);
