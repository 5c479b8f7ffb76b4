namespace SafeSwitch.Training.Rows;

/// <summary>
/// Finds the harmful request inside a wrapped or long prompt, so that its kind is chosen by what is asked and not by what
/// surrounds it.
/// </summary>
internal sealed class RequestFinder(IEnumerable<DataRow> rows)
{
    private const int ShortestRequest = 12;

    private readonly string[] requests = [.. rows
        .Where(r => r.Harmful && r.Wrapper is null && r.Place is null && r.Request.Length >= ShortestRequest)
        .Select(r => r.Request)
        .Distinct(StringComparer.Ordinal)
        .OrderByDescending(r => r.Length)
        .ThenBy(r => r, StringComparer.Ordinal)];

    /// <summary>The longest known request within a row's prompt, or the prompt itself.</summary>
    public string Find(DataRow row) =>
        row.Wrapper is null && row.Place is null
            ? row.Request
            : requests.FirstOrDefault(r => row.Request.Contains(r, StringComparison.Ordinal)) ?? row.Request;
}
