using MathNet.Numerics.LinearAlgebra;
using SafeSwitch.Training.Numerics;

namespace SafeSwitch.Training.Probes;

/// <summary>
/// Directions along which standardised states vary within a source, each scaled to vary alike. What varies within a source (length, style,
/// topic) hides what tells harmful from harmless; scaled down, a small network finds the latter in sources that it never saw, too.
/// </summary>
/// <remarks>
/// With C the covariance of positions around the mean of their source and class, and λ its eigenvalues in falling order, direction k is
/// eigenvector k over the root of λ_k + ridge · mean(λ): principal component whitening with shrinkage, restricted to the first components.
/// </remarks>
internal sealed class Whitening
{
    // A few positions of each row say how states vary; more of the same row say it again.
    private const int PositionsPerRow = 4;

    // Small directions are mostly noise: a tenth of the mean eigenvalue keeps them from being blown up.
    private const double Ridge = 0.1;

    private Whitening(float[] directions, int components)
    {
        Directions = directions;
        Components = components;
    }

    /// <summary>The directions, [input, components].</summary>
    public float[] Directions { get; }

    public int Components { get; }

    /// <summary>The directions of some rows.</summary>
    /// <param name="input">What the network reads.</param>
    /// <param name="standardisation">What is done to it first.</param>
    /// <param name="rows">Training rows, each with a position at least.</param>
    /// <param name="components">How many directions, at most as many as the input is wide.</param>
    /// <param name="seed">Which positions are looked at.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Whitening Of(
        MemberInput input, Standardisation standardisation, IReadOnlyList<int> rows, int components, int seed, CancellationToken cancellationToken)
    {
        var width = input.Width;
        var covariance = new double[width * width];
        var total = 0.0;
        foreach (var kind in rows.GroupBy(r => RowWeights.Kind(input.States.Rows[r])))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var states = Sample(input, standardisation, [.. kind], seed);
            // Large sources do not decide alone: a row counts one over the root of its source's rows.
            var weight = 1 / Math.Sqrt(kind.Count());
            Accumulate(states, width, weight, covariance);
            total += weight * (states.Length / width);
        }

        return new Whitening(Directions(covariance, width, total), components);

        float[] Directions(double[] sums, int size, double count)
        {
            var matrix = Matrix<double>.Build.Dense(size, size, sums).Divide(count);
            var decomposition = matrix.Evd(Symmetricity.Symmetric);
            // In rising order.
            var values = decomposition.EigenValues;
            var vectors = decomposition.EigenVectors;
            var mean = Enumerable.Range(0, components).Average(k => Math.Max(0, values[size - 1 - k].Real));
            var directions = new float[size * components];
            for (var k = 0; k < components; k++)
            {
                var column = size - 1 - k;
                var scale = 1 / Math.Sqrt(Math.Max(0, values[column].Real) + Ridge * mean + double.Epsilon);
                for (var i = 0; i < size; i++)
                    directions[i * components + k] = (float)(vectors[i, column] * scale);
            }

            return directions;
        }
    }

    private static float[] Sample(MemberInput input, Standardisation standardisation, int[] rows, int seed)
    {
        var width = input.Width;
        var perRow = input.ScoresTokens ? PositionsPerRow : 1;
        var states = new float[rows.Length * perRow * width];
        for (var i = 0; i < rows.Length; i++)
        {
            var random = SplitMix.For(seed, use: -3, rows[i]);
            for (var k = 0; k < perRow; k++)
                input.Fill(rows[i], random.Next(input.Positions(rows[i])), 1, states.AsSpan((i * perRow + k) * width, width));
        }

        standardisation.Apply(states);
        return states;
    }

    // The sum over positions of weight · (x - mean)(x - mean)ᵀ, in single precision source by source and in double over the sources.
    private static void Accumulate(float[] states, int width, double weight, double[] covariance)
    {
        var count = states.Length / width;
        var mean = new double[width];
        for (var i = 0; i < states.Length; i++)
            mean[i % width] += states[i];
        for (var i = 0; i < states.Length; i++)
            states[i] -= (float)(mean[i % width] / count);
        var products = new float[width * width];
        Gemm.MultiplyTransposed(states, states, products, count, width, width);
        for (var i = 0; i < products.Length; i++)
            covariance[i] += weight * products[i];
    }
}
