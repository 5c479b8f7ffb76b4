namespace SafeSwitch.Training.Rows;

/// <summary>Some of many rows.</summary>
internal static class RowSample
{
    /// <summary>Some rows, chosen by the seed and their names alone: neither their order nor other rows of the file matter.</summary>
    public static IEnumerable<DataRow> Pick(IEnumerable<DataRow> rows, int most, int seed, string purpose) =>
        rows.OrderBy(r => StableHash.Of($"{purpose}/{r.Key}", seed)).Take(most);
}
