using SafeSwitch.Training.Numerics;

namespace SafeSwitch.Training.Probes;

/// <summary>
/// Sets rows aside: to stop training by, and as validation rows where the data names none. Rows that share a wrapper or a prompt stay
/// on one side: a paraphrase of a training row would make validation look better than it is. Of each class that share is set aside,
/// one row at least: few positive rows are not left to chance.
/// </summary>
internal static class ValidationSplit
{
    /// <summary>The share of validation rows: figures and thresholds need many.</summary>
    public const double ValidationShare = 0.2;

    /// <summary>The share that training is stopped by.</summary>
    public const double StoppingShare = 0.1;

    public static (List<int> Train, List<int> Aside) Of(IReadOnlyList<ProbeRow> rows, IEnumerable<int> candidates, double share, int seed)
    {
        var groups = new Dictionary<string, string>(StringComparer.Ordinal);
        var members = candidates.ToList();
        foreach (var row in members)
            Union(Root("row " + Prompt(rows[row])), rows[row].Wrapper is { } wrapper ? Root("wrapper " + wrapper) : null);

        var order = members.GroupBy(r => Root("row " + Prompt(rows[r]))).OrderBy(g => g.Key, StringComparer.Ordinal).ToArray();
        var shuffled = Enumerable.Range(0, order.Length).ToArray();
        SplitMix.For(seed, use: -2).Shuffle(shuffled);
        var room = members.CountBy(r => rows[r].Positive).ToDictionary(c => c.Key, c => Math.Max(1, (int)(c.Value * share)));
        List<int> train = [], aside = [];
        foreach (var group in shuffled)
        {
            var classes = order[group].CountBy(r => rows[r].Positive).ToList();
            var fits = classes.TrueForAll(c => c.Value <= room[c.Key]);
            (fits ? aside : train).Add(group);
            if (fits)
                classes.ForEach(c => room[c.Key] -= c.Value);
        }

        // Where every group of a class is larger than its share, the smallest goes: more than its share is better than none.
        foreach (var positive in room.Keys)
        {
            bool Has(int group) => order[group].Any(r => rows[r].Positive == positive);
            if (!aside.Exists(Has) && train.Count(Has) > 1)
            {
                var smallest = train.Where(Has).MinBy(g => order[g].Count());
                train.Remove(smallest);
                aside.Add(smallest);
            }
        }

        return (RowsOf(train), RowsOf(aside));

        List<int> RowsOf(IEnumerable<int> chosen) => [.. chosen.SelectMany(g => order[g]).Order()];

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
