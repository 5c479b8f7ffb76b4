namespace SafeSwitch.Evaluation.Reports;

/// <summary>A table as text, for whoever draws it.</summary>
/// <param name="Title">A heading.</param>
/// <param name="Columns">Column heads; the first column names the row, the others hold figures.</param>
/// <param name="Rows">The cells.</param>
/// <param name="Note">What a reader must know to read it right.</param>
public sealed record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows, string? Note = null);
