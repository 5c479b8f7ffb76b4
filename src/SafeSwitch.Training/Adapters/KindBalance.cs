namespace SafeSwitch.Training.Adapters;

/// <summary>One refusal to learn: a row of a store, and its kind of harm.</summary>
/// <param name="Row">Index in the store.</param>
/// <param name="Kind">Kind of harm.</param>
/// <param name="Tokens">Tokens of the refusal.</param>
internal readonly record struct AdapterRow(int Row, string Kind, int Tokens);

/// <summary>Evens out the kinds of harm, so that the adapter learns to name each and not only the commonest.</summary>
internal static class KindBalance
{
    /// <summary>A row is shown no more than this often in one pass: beyond, a rare kind would be memorised.</summary>
    private const int MostRepeats = 4;

    /// <summary>The rows of one pass: every kind near the mean count, large kinds drawn again each time.</summary>
    public static List<AdapterRow> Draw(IReadOnlyList<AdapterRow> rows, Random random)
    {
        var kinds = rows.GroupBy(r => r.Kind, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        var wanted = (int)Math.Ceiling((double)rows.Count / kinds.Count);
        var drawn = new List<AdapterRow>();
        foreach (var kind in kinds)
        {
            var members = kind.OrderBy(r => r.Row).ToArray();
            for (var left = Math.Min(wanted, members.Length * MostRepeats); left > 0; left -= members.Length)
            {
                random.Shuffle(members);
                drawn.AddRange(members.Take(left));
            }
        }

        return drawn;
    }
}
