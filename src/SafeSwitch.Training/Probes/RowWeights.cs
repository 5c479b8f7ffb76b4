using SafeSwitch.Settings;


namespace SafeSwitch.Training.Probes;

/// <summary>
/// How much each row counts in the loss: rows of a class are shared out over their kinds (set and source) so that a big
/// source does not drown the others, then the classes are weighed against each other.
/// </summary>
internal static class RowWeights
{
    /// <summary>Weights with mean 1 over the rows.</summary>
    public static float[] Of(IReadOnlyList<ProbeRow> rows, ProbeTrainingOptions options)
    {
        var sizes = rows.GroupBy(Kind).ToDictionary(g => g.Key, g => g.Count());
        var weights = rows.Select(r => Math.Pow(sizes[Kind(r)], -options.SourceBalance) * Factor(r, options.Weights)).ToArray();

        var positive = rows.Zip(weights).Where(p => p.First.Positive).Sum(p => p.Second);
        var negative = weights.Sum() - positive;
        if (positive > 0 && negative > 0)
        {
            for (var i = 0; i < weights.Length; i++)
                weights[i] *= rows[i].Positive ? options.PositiveWeight / positive : 1 / negative;
        }

        var mean = weights.Average();
        if (!(mean > 0))
            throw new SettingsException(nameof(ProbeTrainingOptions), [new SettingProblem("weights", "a weight of 0 for every row", "some rows that count")]);
        return [.. weights.Select(w => (float)(w / mean))];
    }

    /// <summary>What a row is of: set, source and class.</summary>
    public static (string Set, string Source, bool Positive) Kind(ProbeRow row) => (row.Set, row.Source, row.Positive);

    private static double Factor(ProbeRow row, IReadOnlyDictionary<string, double> factors) =>
        factors.GetValueOrDefault(row.Set, 1)
        * factors.GetValueOrDefault(row.Source, 1)
        * factors.GetValueOrDefault($"{row.Set}/{row.Source}", 1);
}
