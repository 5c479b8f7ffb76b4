namespace SafeSwitch.Training.Rows;

/// <summary>The rows that are taken.</summary>
/// <param name="Rows">The rows.</param>
/// <param name="SeenSources">Sources that have rows to train on.</param>
/// <param name="LeftOut">Malformed rows.</param>
public sealed record SelectedRows(IReadOnlyList<DataRow> Rows, IReadOnlySet<string> SeenSources, int LeftOut);
