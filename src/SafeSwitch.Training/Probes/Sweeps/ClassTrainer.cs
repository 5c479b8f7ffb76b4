using System.Numerics.Tensors;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Optimization;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Probes.Sweeps;

/// <summary>
/// Fits the network that tells classes of positive rows apart: ridge multinomial regression on average content states. Every class weighs the same, and within a class the sources are
/// evened out, so that neither a large source nor a large class decides.
/// </summary>
internal sealed class ClassTrainer
{
    private const double GradientTolerance = 1e-4;
    private const int Memory = 10;
    private const int MaxSteps = 200;

    // As many as there may be: every source is then a part of its own.
    private const int MostFolds = 64;

    // Sums are taken in parts of this many rows, so that they don't depend on the number of threads.
    private const int Part = 256;

    private readonly IProbeStates states;
    private readonly ClassOptions options;
    private readonly string layer;
    private readonly string[] names;
    private readonly int[] rows;
    private readonly int[] classes;
    private readonly float[][] means;

    /// <exception cref="ArgumentException">The layer was not collected, or a class has no rows.</exception>
    public ClassTrainer(IProbeStates states, ProbeDesign design, ClassOptions options, ClassMap map)
    {
        (this.states, this.options, names) = (states, options, [.. map.Names]);
        layer = options.Layer ?? design.HiddenStates[^1];
        if (!states.Layers.Contains(layer))
            throw new ArgumentException($"classes: layer: found '{layer}', which was not collected; collected: {string.Join(", ", states.Layers)}.");
        var known = states.Rows.Index()
            .Where(r => r.Item is { Positive: true } && r.Item.Split != DataSplits.Test && (r.Item.Language is not { } language || options.Languages.Contains(language, StringComparer.OrdinalIgnoreCase)))
            .Select(r => (r.Index, Class: map.Of(r.Item.Source, r.Item.Category) is { } name ? Array.IndexOf(names, name) : -1))
            .Where(r => r.Class >= 0 && !states.Positions(r.Index, layer).IsEmpty).ToList();
        (rows, classes) = ([.. known.Select(r => r.Index)], [.. known.Select(r => r.Class)]);
        string[] empty = [.. names.Where((_, k) => !classes.Contains(k))];
        if (empty.Length > 0)
            throw new ArgumentException($"classes: no rows of {string.Join(", ", empty)} among {rows.Length:N0} of a known class, by their fields `source` and `category`; expected some of each.");
        means = new float[rows.Length][];
        Parallel.For(0, rows.Length, i => means[i] = TrainedCoverage.MeanOf(states, rows[i], layer));
    }

    /// <summary>The network, and what it does to sources that it did not see: each is left out by itself, which costs little here. Rows of a class that no other source has are not
    /// measured: nothing could have taught it.</summary>
    /// <param name="crossFit">Which sources are left out together because they are of one origin.</param>
    /// <param name="cancellationToken">Ends training.</param>
    public (TrainedClasses Trained, ClassFigures Figures) Train(CrossFitOptions crossFit, CancellationToken cancellationToken)
    {
        var unseen = Enumerable.Repeat(-1, rows.Length).ToArray();
        foreach (var fold in SweepFold.Deal(states.Rows, crossFit with { Folds = MostFolds }))
        {
            cancellationToken.ThrowIfCancellationRequested();
            int[] left = [.. Enumerable.Range(0, rows.Length).Where(i => fold.LeavesOut(states.Rows[rows[i]]))];
            int[] train = [.. Enumerable.Range(0, rows.Length).Except(left)];
            var taught = train.Select(i => classes[i]).ToHashSet();
            int[] held = [.. left.Where(i => fold.Sources.Contains(states.Rows[rows[i]].Family) && taught.Contains(classes[i]))];
            if (held.Length == 0)
                continue;
            var without = Fit(train, cancellationToken);
            foreach (var i in held)
                unseen[i] = TensorPrimitives.IndexOfMax(without.Logits(means[i]));
        }

        return (Fit([.. Enumerable.Range(0, rows.Length)], cancellationToken), ClassFigures.Of(names, [.. rows.Select((r, i) => (states.Rows[r].Source, classes[i], unseen[i]))]));
    }

    private TrainedClasses Fit(int[] train, CancellationToken cancellationToken)
    {
        var (width, count) = (states.Width, names.Length);
        var (mean, deviation) = AverageStates.Moments(means, train);
        float[][] features = [.. train.Select(i =>
        {
            var row = new float[width];
            for (var c = 0; c < width; c++)
                row[c] = (float)((means[i][c] - mean[c]) / deviation[c]);
            return row;
        })];
        var weights = AverageStates.Weights(train, i => classes[i], i => (classes[i], states.Rows[rows[i]].Family));
        var objective = ObjectiveFunction.Gradient(parameters =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            float[] current = [.. parameters.Select(p => (float)p)];
            var parts = new (double Loss, float[] Gradient)[(train.Length + Part - 1) / Part];
            Parallel.For(0, parts.Length, p => parts[p] = Sum(p * Part, Math.Min((p + 1) * Part, train.Length), current));
            var (loss, gradient) = (0.0, new double[parameters.Count]);
            foreach (var part in parts)
            {
                loss += part.Loss;
                for (var j = 0; j < gradient.Length; j++)
                    gradient[j] += part.Gradient[j];
            }

            for (var j = 0; j < count * width; j++)
            {
                loss += options.Ridge / 2 * parameters[j] * parameters[j];
                gradient[j] += options.Ridge * parameters[j];
            }

            return (loss, Vector<double>.Build.Dense(gradient));
        });
        var found = Minimum(objective, Vector<double>.Build.Dense(count * (width + 1)));

        // Standardisation goes into the weights: the graph reads states as they are.
        var (folded, biases) = (new float[count * width], new float[count]);
        for (var k = 0; k < count; k++)
        {
            var bias = found[(count * width) + k];
            for (var c = 0; c < width; c++)
            {
                folded[(k * width) + c] = (float)(found[(k * width) + c] / deviation[c]);
                bias -= found[(k * width) + c] * mean[c] / deviation[c];
            }

            biases[k] = (float)bias;
        }

        return new TrainedClasses(layer, names, folded, biases);

        (double, float[]) Sum(int from, int to, float[] current)
        {
            var (loss, gradient, logits) = (0.0, new float[current.Length], new float[count]);
            for (var r = from; r < to; r++)
            {
                for (var k = 0; k < count; k++)
                    logits[k] = TensorPrimitives.Dot(features[r], current.AsSpan(k * width, width)) + current[(count * width) + k];
                TensorPrimitives.SoftMax(logits, logits);
                var right = classes[train[r]];
                loss -= weights[r] * Math.Log(Math.Max(logits[right], 1e-12f));
                logits[right] -= 1;
                for (var k = 0; k < count; k++)
                {
                    var error = (float)(weights[r] * logits[k]);
                    var row = gradient.AsSpan(k * width, width);
                    TensorPrimitives.MultiplyAdd(features[r], error, row, row);
                    gradient[(count * width) + k] += error;
                }
            }

            return (loss, gradient);
        }
    }

    // Sums in single precision have noise: where the last steps are lost in it, what was found is near enough.
    private static Vector<double> Minimum(IObjectiveFunction objective, Vector<double> start)
    {
        var watched = new WatchedObjective(objective);
        try
        {
            return new LimitedMemoryBfgsMinimizer(GradientTolerance, 1e-9, 1e-9, Memory, MaxSteps).FindMinimum(watched, start).MinimizingPoint;
        }
        catch (OptimizationException) when (watched.Best is not null)
        {
            return watched.Best;
        }
    }

    /// <summary>An objective that remembers where it was least.</summary>
    private sealed class WatchedObjective(IObjectiveFunction inner, WatchedObjective? first = null) : IObjectiveFunction
    {
        private double least = double.PositiveInfinity;
        private Vector<double>? best;

        public Vector<double>? Best => (first ?? this).best;

        public Vector<double> Point => inner.Point;

        public double Value => inner.Value;

        public bool IsGradientSupported => inner.IsGradientSupported;

        public Vector<double> Gradient => inner.Gradient;

        public bool IsHessianSupported => inner.IsHessianSupported;

        public Matrix<double> Hessian => inner.Hessian;

        public IObjectiveFunction CreateNew() => new WatchedObjective(inner.CreateNew(), first ?? this);

        public IObjectiveFunction Fork() => new WatchedObjective(inner.Fork(), first ?? this);

        public void EvaluateAt(Vector<double> point)
        {
            inner.EvaluateAt(point);
            var root = first ?? this;
            if (inner.Value < root.least)
                (root.least, root.best) = (inner.Value, point.Clone());
        }
    }
}
