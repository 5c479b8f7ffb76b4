using CsCheck;
using SafeSwitch.Instrumentation.Import;

namespace SafeSwitch.Instrumentation.Tests.Import;

public sealed class LowRankTests
{
    private static readonly Gen<(float[] Matrix, int Rows, int Columns)> Matrices =
        from rows in Gen.Int[1, 40]
        from columns in Gen.Int[1, 60]
        from values in Gen.Float[-3, 3].Array[rows * columns]
        select (Array.ConvertAll(values, value => MathF.Abs(value) < 1e-6f ? 0 : value), rows, columns); // squares that fp32 holds

    [Fact]
    public void The_energy_kept_is_the_energy_measured() => Matrices.Sample(
        item =>
        {
            var (matrix, rows, columns) = item;
            var factors = LowRank.Factor(matrix, rows, columns, 0.8, 64);
            var total = matrix.Sum(value => (double)value * value);
            var lost = 0d;
            for (var i = 0; i < rows; i++)
            {
                for (var j = 0; j < columns; j++)
                {
                    var value = 0d;
                    for (var r = 0; r < factors.Rank; r++)
                        value += (double)factors.A[i * factors.Rank + r] * factors.B[r * columns + j];
                    lost += (matrix[i * columns + j] - value) * (matrix[i * columns + j] - value);
                }
            }

            Assert.True(total == 0 || factors.RetainedEnergy >= 0.8 - 1e-6);
            Assert.Equal(total == 0 ? 0 : 1 - factors.RetainedEnergy, total == 0 ? 0 : lost / total, 1e-4);
            Assert.True(factors.Rank == 1 || factors.Energies[factors.Rank - 2] < 0.8);
        },
        iter: 200);

    [Fact]
    public void A_matrix_of_low_rank_is_found_through_a_narrow_sketch()
    {
        const int Rows = 200, Columns = 300, Rank = 5;
        var random = new Random(1);
        float[] left = [.. Enumerable.Range(0, Rows * Rank).Select(_ => random.NextSingle() - 0.5f)];
        float[] right = [.. Enumerable.Range(0, Rank * Columns).Select(_ => random.NextSingle() - 0.5f)];
        var matrix = new float[Rows * Columns];
        for (var i = 0; i < Rows; i++)
        {
            for (var j = 0; j < Columns; j++)
            {
                for (var r = 0; r < Rank; r++)
                    matrix[i * Columns + j] += left[i * Rank + r] * right[r * Columns + j];
            }
        }

        var factors = LowRank.Factor(matrix, Rows, Columns, 1 - 1e-6, 16);
        Assert.Equal(Rank, factors.Rank);
        Assert.Equal(1, factors.RetainedEnergy, 1e-5);
    }
}
