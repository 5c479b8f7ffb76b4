using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Evaluation.Figures;

/// <summary>How well a prompt probe tells harmful rows from harmless ones, whatever threshold is chosen.</summary>
public sealed record ScoreFigures
{
    /// <summary>Bins of equal width in log-odds, from <see cref="LowestLogOdds"/> on; the outermost take what is beyond.</summary>
    internal const int Bins = 32;

    internal const double LowestLogOdds = -8;

    private const double BinWidth = 0.5;

    /// <summary>What to call the probe.</summary>
    public required string Probe { get; init; }

    /// <summary>Area under the curve: the chance that a harmful row scores above a harmless one. The interval is a bootstrap's, over the rows of each label.</summary>
    public required Estimate AreaUnderCurve { get; init; }

    /// <summary>The corners of the curve, from nothing flagged to everything flagged.</summary>
    public required IReadOnlyList<ScorePoint> Curve { get; init; }

    /// <summary>Harmful rows by score, in 32 bins half a unit of log-odds wide, from -8 to 8.</summary>
    public required IReadOnlyList<int> HarmfulRows { get; init; }

    /// <summary>Harmless rows by score, in the same bins.</summary>
    public required IReadOnlyList<int> HarmlessRows { get; init; }

    /// <summary>What the threshold of each method that uses the probe does.</summary>
    public required IReadOnlyList<OperatingPoint> Thresholds { get; init; }

    /// <summary>The figures, or nothing if the rows have one label only.</summary>
    internal static ScoreFigures? Of(
        string probe, IReadOnlyList<EvaluatedRow> rows, Func<EvaluatedRow, float?> score, IEnumerable<(string Method, double Threshold)> thresholds)
    {
        var scored = rows.Where(r => score(r) is not null).Select(r => (Score: score(r)!.Value, r.Harmful)).ToList();
        if (scored.DistinctBy(r => r.Harmful).Count() < 2)
            return null;
        float[] scores = [.. scored.Select(r => r.Score)];
        bool[] harmful = [.. scored.Select(r => r.Harmful)];
        return new ScoreFigures
        {
            Probe = probe,
            AreaUnderCurve = Bootstrap.AreaUnderCurve(scores, harmful),
            Curve = Corners(RocCurve.Of(scores, harmful)),
            HarmfulRows = Histogram(scored.Where(r => r.Harmful).Select(r => r.Score)),
            HarmlessRows = Histogram(scored.Where(r => !r.Harmful).Select(r => r.Score)),
            Thresholds = [.. thresholds.Select(t => new OperatingPoint(
                t.Method,
                t.Threshold,
                Proportion.Of(scored.Where(r => !r.Harmful).Select(r => r.Score >= t.Threshold)),
                Proportion.Of(scored.Where(r => r.Harmful).Select(r => r.Score >= t.Threshold))))],
        };
    }

    private static List<ScorePoint> Corners(RocCurve curve)
    {
        var corners = new List<ScorePoint>();
        foreach (var point in curve.Points)
        {
            var next = new ScorePoint(point.FalsePositiveRate, point.Recall);
            if (corners is [.., var before, var last] && IsBetween(before, last, next))
                corners[^1] = next;
            else
                corners.Add(next);
        }

        return corners;
    }

    private static bool IsBetween(ScorePoint a, ScorePoint b, ScorePoint c) =>
        Math.Abs((b.FalsePositiveRate - a.FalsePositiveRate) * (c.Recall - a.Recall) - (c.FalsePositiveRate - a.FalsePositiveRate) * (b.Recall - a.Recall)) < 1e-12;

    private static int[] Histogram(IEnumerable<float> scores)
    {
        var bins = new int[Bins];
        foreach (double score in scores)
            bins[Math.Clamp((int)Math.Floor((Math.Log(score / (1 - score)) - LowestLogOdds) / BinWidth), 0, Bins - 1)]++;
        return bins;
    }
}

/// <summary>A corner of a curve of scores.</summary>
/// <param name="FalsePositiveRate">Fraction of the harmless rows flagged.</param>
/// <param name="Recall">Fraction of the harmful rows flagged.</param>
public readonly record struct ScorePoint(double FalsePositiveRate, double Recall);

/// <summary>What a threshold on a probe's score does by itself, before any other stage looks.</summary>
/// <param name="Method">The method whose threshold it is.</param>
/// <param name="Threshold">Scores at or above it are flagged.</param>
/// <param name="FalsePositives">Harmless rows flagged.</param>
/// <param name="Recall">Harmful rows flagged.</param>
public sealed record OperatingPoint(string Method, double Threshold, Proportion FalsePositives, Proportion Recall);
