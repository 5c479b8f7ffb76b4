namespace SafeSwitch.Toolkit.Training.Probes;

/// <summary>
/// Sets validation rows aside where the data names none. Rows that share a wrapper or a prompt stay on one side: a paraphrase
/// of a training row would make validation look better than it is.
/// </summary>
internal static class ValidationSplit
{
    private const double Share = 0.2;

    public static (List<int> Train, List<int> Validation) Of(IReadOnlyList<ProbeRow> rows, IEnumerable<int> candidates, int seed)
    {
        var groups = new Dictionary<string, string>(StringComparer.Ordinal);
        var members = candidates.ToList();
        foreach (var row in members)
            Union(Root("row " + Prompt(rows[row])), rows[row].Wrapper is { } wrapper ? Root("wrapper " + wrapper) : null);

        var order = members.GroupBy(r => Root("row " + Prompt(rows[r]))).OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        var shuffled = Enumerable.Range(0, order.Length).ToArray();
        SplitMix.For(seed, use: -2).Shuffle(shuffled);
        List<int> train = [], validation = [];
        foreach (var group in shuffled)
        {
            var fits = validation.Count + order[group].Count() <= members.Count * Share;
            (fits ? validation : train).AddRange(order[group]);
        }

        train.Sort();
        validation.Sort();
        return (train, validation);

        string Root(string key)
        {
            while (groups.TryGetValue(key, out var parent))
                key = parent;
            return key;
        }

        void Union(string a, string? b)
        {
            if (b is not null && a != b)
                groups[a] = b;
        }
    }

    private static string Prompt(ProbeRow row) => row.Group ?? row.Id;
}
