using System.Numerics.Tensors;

namespace SafeSwitch.Instrumentation.Import;

/// <summary>
/// Truncated singular value decomposition by random projection (Halko, Martinsson, Tropp 2011): two rounds of subspace iteration, then
/// the small problem exactly. It reads the matrix five times and never forms anything of its size. Where the sketch is as wide as the
/// matrix, the result is exact.
/// </summary>
internal static class LowRank
{
    private const int Oversampling = 16;
    private const int Rounds = 2;
    private const int Seed = 20250;

    /// <summary>Factors a matrix, row-major rows x columns, keeping the energy asked for or the rank allowed.</summary>
    public static LowRankFactors Factor(float[] matrix, int rows, int columns, double energy, int maximalRank)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximalRank);
        var width = Math.Min(Math.Min(rows, columns), maximalRank + Oversampling);
        var total = Enumerable.Range(0, rows).AsParallel().Sum(row => (double)TensorPrimitives.SumOfSquares(matrix.AsSpan(row * columns, columns)));
        if (total == 0)
            return new LowRankFactors(new float[rows], new float[columns], 1, 1, [1]);

        var wide = RandomRows(width, columns);
        var tall = TimesTransposed(matrix, wide, rows, columns, width);
        for (var round = 0; round < Rounds; round++)
        {
            Orthonormal.MakeRows(tall, width, rows);
            wide = Times(tall, matrix, rows, columns, width);
            Orthonormal.MakeRows(wide, width, columns);
            tall = TimesTransposed(matrix, wide, rows, columns, width);
        }

        Orthonormal.MakeRows(tall, width, rows);
        wide = Times(tall, matrix, rows, columns, width);
        var (values, vectors) = SymmetricEigen.Solve(Gram(wide, width, columns), width);
        var energies = Accumulate(values, total);
        var rank = 1;
        while (rank < Math.Min(width, maximalRank) && energies[rank - 1] < energy)
            rank++;
        return Rotate(tall, wide, values, vectors, rows, columns, width, rank) with { RetainedEnergy = energies[rank - 1], Energies = energies };
    }

    /// <summary>Both factors get the square root of each singular value, so that neither leaves the range of fp16.</summary>
    private static LowRankFactors Rotate(float[] tall, float[] wide, double[] values, double[,] vectors, int rows, int columns, int width, int rank)
    {
        var a = new float[rows * rank];
        var b = new float[rank * columns];
        for (var k = 0; k < rank; k++)
        {
            var root = Math.Pow(Math.Max(values[k], double.Epsilon), 0.25);
            for (var row = 0; row < rows; row++)
            {
                var sum = 0d;
                for (var i = 0; i < width; i++)
                    sum += vectors[i, k] * tall[i * rows + row];
                a[row * rank + k] = (float)(sum * root);
            }

            var target = b.AsSpan(k * columns, columns);
            for (var i = 0; i < width; i++)
                TensorPrimitives.MultiplyAdd(wide.AsSpan(i * columns, columns), (float)(vectors[i, k] / root), target, target);
        }

        return new LowRankFactors(a, b, rank, 0, []);
    }

    private static double[] Accumulate(double[] values, double total)
    {
        var energies = new double[values.Length];
        var sum = 0d;
        for (var k = 0; k < values.Length; k++)
            energies[k] = Math.Min(1, (sum += Math.Max(0, values[k])) / total);
        return energies;
    }

    /// <summary>width x rows: each sketch row's product with each matrix row.</summary>
    private static float[] TimesTransposed(float[] matrix, float[] wide, int rows, int columns, int width)
    {
        var result = new float[width * rows];
        Parallel.For(0, rows, row =>
        {
            var values = matrix.AsSpan(row * columns, columns);
            for (var i = 0; i < width; i++)
                result[i * rows + row] = TensorPrimitives.Dot(values, wide.AsSpan(i * columns, columns));
        });
        return result;
    }

    /// <summary>width x columns: combinations of the matrix's rows.</summary>
    private static float[] Times(float[] tall, float[] matrix, int rows, int columns, int width)
    {
        var result = new float[width * columns];
        Parallel.For(0, width, i =>
        {
            var target = result.AsSpan(i * columns, columns);
            for (var row = 0; row < rows; row++)
                TensorPrimitives.MultiplyAdd(matrix.AsSpan(row * columns, columns), tall[i * rows + row], target, target);
        });
        return result;
    }

    private static double[,] Gram(float[] wide, int width, int columns)
    {
        var gram = new double[width, width];
        Parallel.For(0, width, i =>
        {
            for (var j = 0; j <= i; j++)
            {
                var sum = 0d;
                for (var at = 0; at < columns; at += 4096)
                {
                    var length = Math.Min(4096, columns - at);
                    sum += TensorPrimitives.Dot(wide.AsSpan(i * columns + at, length), wide.AsSpan(j * columns + at, length));
                }

                gram[i, j] = gram[j, i] = sum;
            }
        });
        return gram;
    }

    // Any continuous distribution of mean 0 serves a sketch as well as normal numbers.
    private static float[] RandomRows(int width, int columns)
    {
        var random = new Random(Seed);
        var rows = new float[width * columns];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = 2 * random.NextSingle() - 1;
        return rows;
    }
}
