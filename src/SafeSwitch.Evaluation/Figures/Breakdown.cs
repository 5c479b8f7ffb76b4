namespace SafeSwitch.Evaluation.Figures;

/// <summary>Figures by what the rows say in one of their fields.</summary>
/// <param name="Field">The field, such as <c>category</c>.</param>
/// <param name="Groups">A line for every value and label that occurs.</param>
public sealed record Breakdown(string Field, IReadOnlyList<GroupFigures> Groups);
