using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>How well classes are told apart, of rows that were classed without their source. Rows of a class that only their source has are not counted.</summary>
public sealed record ClassFigures
{
    /// <summary>The classes, in the order of the probe's outputs.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Rows by the class that they are of and the class that was found, <c>[of, found]</c>, both in the order of <see cref="Names"/>.</summary>
    public required IReadOnlyList<IReadOnlyList<int>> Confusion { get; init; }

    /// <summary>Rows whose class was found, of all.</summary>
    public required Proportion Right { get; init; }

    /// <summary>The same by source.</summary>
    public required IReadOnlyDictionary<string, Proportion> BySource { get; init; }

    /// <summary>Rows of a class whose class was found.</summary>
    public Proportion RightOf(int number) => new(Confusion[number][number], Confusion[number].Sum());

    /// <summary>The mean over the classes of the share that is found.</summary>
    public double MacroAccuracy => Enumerable.Range(0, Names.Count).Select(RightOf).Where(p => p.Total > 0).Select(p => p.Value).DefaultIfEmpty(double.NaN).Average();

    internal static ClassFigures Of(IReadOnlyList<string> names, IReadOnlyList<(string Source, int Of, int Found)> rows)
    {
        var known = rows.Where(r => r.Found >= 0).ToList();
        return new ClassFigures
        {
            Names = names,
            Confusion = [.. names.Select((_, of) => (IReadOnlyList<int>)[.. names.Select((_, found) => known.Count(r => r.Of == of && r.Found == found))])],
            Right = Proportion.Of(known.Select(r => r.Of == r.Found)),
            BySource = known.GroupBy(r => r.Source, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => Proportion.Of(g.Select(r => r.Of == r.Found))),
        };
    }

    /// <summary>The figures by name, for a record.</summary>
    internal IEnumerable<KeyValuePair<string, double>> ToMetrics() => new Dictionary<string, double>
    {
        ["class.rows"] = Right.Total,
        ["class.accuracy"] = Right.Value,
        ["class.macro_accuracy"] = MacroAccuracy,
    }
        .Concat(Names.Select((name, k) => KeyValuePair.Create($"class.accuracy.{name}", RightOf(k).Value)))
        .Where(m => double.IsFinite(m.Value)).Select(m => KeyValuePair.Create(m.Key, Math.Round(m.Value, 4)));
}
