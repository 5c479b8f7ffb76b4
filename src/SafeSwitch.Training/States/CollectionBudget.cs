namespace SafeSwitch.Training.States;

/// <summary>How many rows of a set are answered and refused; <see cref="int.MaxValue"/> for all.</summary>
/// <param name="HarmfulAnswers">Harmful rows that the model answers, for compliance labels.</param>
/// <param name="HarmlessAnswers">Harmless rows that the model answers.</param>
/// <param name="Refusals">Rows that the adapter learns to refuse, chosen so that kinds of harm are even.</param>
internal sealed record CollectionBudget(int HarmfulAnswers, int HarmlessAnswers, int Refusals);
