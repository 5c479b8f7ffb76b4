using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>
/// Fits the network that marks what a probe can't read: ridge logistic regression of the rows of foreign languages against all others, on
/// average content states. The threshold is set on everyday rows that were scored without their source.
/// </summary>
internal sealed class CoverageTrainer
{
    private const double GradientTolerance = 1e-6;
    private const int Memory = 10;
    private const int MaxSteps = 300;

    private readonly IProbeStates states;
    private readonly CoverageOptions options;
    private readonly BenignRule everyday;
    private readonly int[] rows;
    private readonly bool[] foreign;
    private readonly float[][] means;

    /// <exception cref="ArgumentException">The layer was not collected, or the rows are of covered or of other languages only.</exception>
    public CoverageTrainer(IProbeStates states, CoverageOptions options, BenignRule everyday)
    {
        (this.states, this.options, this.everyday) = (states, options, everyday);
        if (!states.Layers.Contains(options.Layer))
            throw new ArgumentException($"coverage: layer: found '{options.Layer}', which was not collected; collected: {string.Join(", ", states.Layers)}.");
        rows = [.. states.Rows.Index().Where(r => r.Item.Split != DataSplits.Test).Select(r => r.Index)];
        foreign = [.. rows.Select(r => states.Rows[r].Language is { } language && !options.Languages.Contains(language, StringComparer.OrdinalIgnoreCase))];
        var marked = foreign.Count(f => f);
        if (marked == 0 || marked == rows.Length)
        {
            throw new ArgumentException(
                $"coverage: {marked:N0} of {rows.Length:N0} rows are of other languages than {string.Join(", ", options.Languages)}; expected some of both, by the rows' field `language`.");
        }

        means = new float[rows.Length][];
        Parallel.For(0, rows.Length, i => means[i] = TrainedCoverage.MeanOf(states, rows[i], options.Layer));
    }

    /// <summary>The network with its threshold at 0, and what it does to sources that it did not see.</summary>
    /// <param name="crossFit">How sources are dealt into the parts that are left out.</param>
    /// <param name="cancellationToken">Ends training.</param>
    public (TrainedCoverage Trained, CoverageFigures Figures) Train(CrossFitOptions crossFit, CancellationToken cancellationToken)
    {
        var unseen = new float[rows.Length];
        foreach (var fold in SweepFold.Deal(states.Rows, crossFit))
        {
            cancellationToken.ThrowIfCancellationRequested();
            int[] left = [.. Enumerable.Range(0, rows.Length).Where(i => fold.LeavesOut(states.Rows[rows[i]]))];
            var without = Fit([.. Enumerable.Range(0, rows.Length).Except(left)]);
            foreach (var i in left.Where(i => fold.Sources.Contains(states.Rows[rows[i]].Family)))
                unseen[i] = without.LogOdds(means[i]);
        }

        var threshold = Threshold(unseen);
        var all = Fit([.. Enumerable.Range(0, rows.Length)]);
        var figures = CoverageFigures.Of([.. rows.Select((r, i) => (states.Rows[r], foreign[i], IsEveryday(i), unseen[i]))], threshold);
        return (all with { Bias = all.Bias - threshold }, figures);
    }

    private bool IsEveryday(int i) => states.Rows[rows[i]] is { Positive: false, Plain: true } row && !foreign[i] && everyday.Matches(row.Set, row.Source);

    // The largest of what all everyday rows together need and what each of their sources needs.
    private float Threshold(float[] unseen)
    {
        var scored = Enumerable.Range(0, rows.Length).Where(IsEveryday).Select(i => (states.Rows[rows[i]].Source, LogOdds: unseen[i])).ToList();
        if (scored.Count == 0)
            throw new ArgumentException("coverage: no everyday row of the covered languages to set its threshold on.");
        var threshold = Quantile([.. scored.Select(s => s.LogOdds)], options.MaxMarked);
        foreach (var source in scored.GroupBy(s => s.Source, StringComparer.Ordinal))
            threshold = Math.Max(threshold, Quantile([.. source.Select(s => s.LogOdds)], Math.Min(0.5, options.MaxMarked * options.SourceFactor)));
        return threshold;
    }

    // As ConformalThreshold, on log-odds; too few rows for the bound: at most none of them is marked.
    private static float Quantile(float[] logOdds, double bound)
    {
        Array.Sort(logOdds);
        var rank = (int)Math.Ceiling(((logOdds.Length + 1) * (1 - bound)) - 1e-9);
        return MathF.BitIncrement(logOdds[Math.Clamp(rank, 1, logOdds.Length) - 1]);
    }

    private TrainedCoverage Fit(int[] train)
    {
        var width = states.Width;
        var (mean, deviation) = AverageStates.Moments(means, train);
        var features = Matrix<double>.Build.Dense(train.Length, width, (r, c) => (means[train[r]][c] - mean[c]) / deviation[c]);
        // Languages and sources are evened out as sources of a probe's rows are, and both sides weigh the same.
        var weights = AverageStates.Weights(train, i => foreign[i], i => (foreign[i], states.Rows[rows[i]].Family, foreign[i] ? states.Rows[rows[i]].Language : null));
        double[] targets = [.. train.Select(i => foreign[i] ? 1.0 : 0.0)];
        var objective = ObjectiveFunction.Gradient(parameters =>
        {
            var logits = features * parameters.SubVector(0, width);
            var errors = Vector<double>.Build.Dense(train.Length);
            var loss = 0.0;
            for (var i = 0; i < train.Length; i++)
            {
                var logit = logits[i] + parameters[width];
                // log(1 + e^logit) - target logit, without overflow.
                loss += weights[i] * (Math.Max(logit, 0) + Math.Log(1 + Math.Exp(-Math.Abs(logit))) - (targets[i] * logit));
                errors[i] = weights[i] * ((1 / (1 + Math.Exp(-logit))) - targets[i]);
            }

            var gradient = Vector<double>.Build.Dense(width + 1);
            gradient.SetSubVector(0, width, features.TransposeThisAndMultiply(errors));
            for (var c = 0; c < width; c++)
            {
                loss += options.Ridge / 2 * parameters[c] * parameters[c];
                gradient[c] += options.Ridge * parameters[c];
            }

            gradient[width] = errors.Sum();
            return (loss, gradient);
        });
        var found = new LimitedMemoryBfgsMinimizer(GradientTolerance, 1e-9, 1e-9, Memory, MaxSteps)
            .FindMinimum(objective, Vector<double>.Build.Dense(width + 1)).MinimizingPoint;

        // Standardisation goes into the weights: the graph reads states as they are.
        var folded = new float[width];
        var bias = found[width];
        for (var c = 0; c < width; c++)
        {
            folded[c] = (float)(found[c] / deviation[c]);
            bias -= found[c] * mean[c] / deviation[c];
        }

        return new TrainedCoverage(options.Layer, folded, (float)bias);
    }
}
