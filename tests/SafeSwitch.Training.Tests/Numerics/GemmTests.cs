using CsCheck;
using SafeSwitch.Training.Numerics;

namespace SafeSwitch.Training.Tests.Numerics;

public class GemmTests
{
    private static readonly Gen<(int M, int K, int N, int Seed)> Shapes =
        Gen.Select(Gen.Int[0, 40], Gen.Int[1, 70], Gen.Int[1, 40], Gen.Int[0, 9999]);

    [Fact]
    public void A_product_equals_the_sum_of_products() => Shapes.Sample(s =>
    {
        var (a, b, c) = (Random(s.M * s.K, s.Seed), Random(s.K * s.N, s.Seed + 1), Random(s.M * s.N, s.Seed + 2));
        foreach (var accumulate in new[] { false, true })
        {
            float[] result = [.. c];
            Gemm.Multiply(a, b, result, s.M, s.K, s.N, accumulate);
            for (var i = 0; i < result.Length; i++)
            {
                var expected = accumulate ? (double)c[i] : 0;
                for (var k = 0; k < s.K; k++)
                    expected += (double)a[i / s.N * s.K + k] * b[k * s.N + i % s.N];
                Assert.Equal(expected, result[i], 1e-4);
            }
        }
    }, iter: 200);

    [Fact]
    public void A_transposed_product_adds_up_over_rows() => Shapes.Sample(s =>
    {
        var m = s.M * 8; // beyond one block of rows
        var (a, b, c) = (Random(m * s.K, s.Seed), Random(m * s.N, s.Seed + 1), Random(s.K * s.N, s.Seed + 2));
        float[] result = [.. c];
        Gemm.MultiplyTransposed(a, b, result, m, s.K, s.N);
        for (var i = 0; i < result.Length; i++)
        {
            double expected = c[i];
            for (var row = 0; row < m; row++)
                expected += (double)a[row * s.K + i / s.N] * b[row * s.N + i % s.N];
            Assert.Equal(expected, result[i], 1e-3);
        }
    }, iter: 100);

    [Fact]
    public void Matrices_that_are_too_small_are_refused() =>
        Assert.Throws<ArgumentException>(() => Gemm.Multiply(new float[5], new float[6], new float[4], 2, 3, 2, false));

    private static float[] Random(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
    }
}
