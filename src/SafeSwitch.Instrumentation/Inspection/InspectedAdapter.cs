namespace SafeSwitch.Instrumentation.Inspection;

/// <summary>An adapter in a model folder.</summary>
/// <param name="File">Its file, relative to the folder.</param>
/// <param name="Rank">Its rank; 0 if it isn't one for the head.</param>
/// <param name="Fits">Whether its tensors fit the model.</param>
public sealed record InspectedAdapter(string File, int Rank, bool Fits);
