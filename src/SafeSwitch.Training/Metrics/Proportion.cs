namespace SafeSwitch.Training.Metrics;

/// <summary>A count out of a total, with Wilson's 95% score interval (Wilson 1927), which holds near 0 and 1 and for small totals.</summary>
/// <param name="Count">Rows that did.</param>
/// <param name="Total">Rows in all.</param>
public readonly record struct Proportion(int Count, int Total)
{
    private const double Z = 1.959963984540054;

    /// <summary>The fraction; NaN of no rows.</summary>
    public double Value => (double)Count / Total;

    /// <summary>Lower end of the interval; 0 of no rows.</summary>
    public double Lower => Total == 0 ? 0 : Math.Max(0, Centre - HalfWidth);

    /// <summary>Upper end of the interval; 1 of no rows.</summary>
    public double Upper => Total == 0 ? 1 : Math.Min(1, Centre + HalfWidth);

    private double Centre => (Value + Z * Z / (2 * Total)) / (1 + Z * Z / Total);

    private double HalfWidth => Z / (1 + Z * Z / Total) * Math.Sqrt(Value * (1 - Value) / Total + Z * Z / (4.0 * Total * Total));

    /// <summary>The fraction of some rows.</summary>
    public static Proportion Of(IEnumerable<bool> rows)
    {
        int count = 0, total = 0;
        foreach (var row in rows)
        {
            total++;
            if (row)
                count++;
        }

        return new Proportion(count, total);
    }
}

/// <summary>A figure of a sample and its 95% interval.</summary>
/// <param name="Value">The figure.</param>
/// <param name="Lower">Lower end of the interval.</param>
/// <param name="Upper">Upper end of the interval.</param>
public readonly record struct Estimate(double Value, double Lower, double Upper)
{
    /// <summary>A share with Wilson's interval.</summary>
    public static Estimate Of(Proportion share) => new(share.Value, share.Lower, share.Upper);
}
