namespace SafeSwitch.Training.States;

/// <summary>The order of collection: by tokens, so that neighbours share their beginnings.</summary>
internal static class CollectionOrder
{
    /// <summary>Sorts rows and takes one part of several: a run of neighbours with its share of the tokens to be run.</summary>
    public static List<EncodedRow> Arrange(IEnumerable<EncodedRow> rows, (int Part, int Of) shard)
    {
        var sorted = rows.ToList();
        sorted.Sort((a, b) =>
        {
            var byTokens = a.Prompt.Tokens.Span.SequenceCompareTo(b.Prompt.Tokens.Span);
            return byTokens != 0 ? byTokens : string.CompareOrdinal(a.Request.Row.Key, b.Request.Row.Key);
        });

        var costs = Costs(sorted);
        var total = costs.Sum();
        var part = new List<EncodedRow>();
        var before = 0L;
        for (var i = 0; i < sorted.Count; i++)
        {
            if (before * shard.Of / Math.Max(total, 1) == shard.Part - 1)
                part.Add(sorted[i]);
            before += costs[i];
        }

        return part;
    }

    /// <summary>Tokens that every row costs after the one before it.</summary>
    public static long[] Costs(IReadOnlyList<EncodedRow> sorted)
    {
        var costs = new long[sorted.Count];
        for (var i = 0; i < costs.Length; i++)
            costs[i] = Math.Max(1, sorted[i].Length - (i == 0 ? 0 : sorted[i].CommonPrefix(sorted[i - 1])));
        return costs;
    }
}
