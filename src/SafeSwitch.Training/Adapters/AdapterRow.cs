namespace SafeSwitch.Training.Adapters;

/// <summary>One refusal to learn: a row of a store, and its kind of harm.</summary>
/// <param name="Row">Index in the store.</param>
/// <param name="Kind">Kind of harm.</param>
/// <param name="Tokens">Tokens of the refusal.</param>
internal readonly record struct AdapterRow(int Row, string Kind, int Tokens);
