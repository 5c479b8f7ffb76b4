namespace SafeSwitch.Training.Pipeline;

/// <summary>The decoder that states are collected from.</summary>
/// <param name="Folder">Its folder.</param>
/// <param name="Fingerprint">What its states depend on: states of two decoders don't mix.</param>
internal sealed record CollectionDecoder(string Folder, string Fingerprint);
