using System.Runtime.Intrinsics;

namespace SafeSwitch.Training.Numerics;

/// <summary>
/// Matrix products of probe size: hundreds of rows and a few dozen columns. Every element sums its products in one fixed
/// order with fused steps, so the result does not depend on the machine's vector width.
/// </summary>
internal static unsafe class Gemm
{
    // 6 x 16 accumulators, two vectors of B and one broadcast of A just fit sixteen 256-bit registers.
    private const int TileRows = 6;
    private const int TileColumns = 16;

    // Rows taken at a time when the sum runs over rows: their A and B parts stay in the first-level cache.
    private const int DepthBlock = 128;

    /// <summary>C [m, n] = A [m, k] B [k, n], or C + A B.</summary>
    public static void Multiply(
        ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int k, int n, bool accumulate)
    {
        Check(a.Length, m, k);
        Check(b.Length, k, n);
        Check(c.Length, m, n);
        fixed (float* pa = a, pb = b, pc = c)
            Tiles(pa, k, 1, pb, n, pc, m, n, k, accumulate);
    }

    /// <summary>C [k, n] = C + Aᵀ B, for A [m, k] and B [m, n].</summary>
    public static void MultiplyTransposed(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c, int m, int k, int n)
    {
        Check(a.Length, m, k);
        Check(b.Length, m, n);
        Check(c.Length, k, n);
        fixed (float* pa = a, pb = b, pc = c)
        {
            for (var row = 0; row < m; row += DepthBlock)
                Tiles(pa + (nint)row * k, 1, k, pb + (nint)row * n, n, pc, k, n, Math.Min(DepthBlock, m - row), accumulate: true);
        }
    }

    private static void Check(int length, int rows, int columns)
    {
        if (length < (long)rows * columns)
            throw new ArgumentException($"A matrix of {rows} x {columns} needs {(long)rows * columns} numbers, got {length}.");
    }

    private static void Tiles(
        float* a, nint aRow, nint aStep, float* b, int ldb, float* c, int rows, int columns, int depth, bool accumulate)
    {
        var row = 0;
        for (; row + TileRows <= rows; row += TileRows)
        {
            var column = 0;
            for (; column + TileColumns <= columns; column += TileColumns)
                Tile(a + row * aRow, aRow, aStep, b + column, ldb, c + (nint)row * ldb + column, depth, accumulate);
            for (var r = row; r < row + TileRows; r++)
                Row(a + r * aRow, aStep, b, ldb, c + (nint)r * ldb, column, columns, depth, accumulate);
        }

        for (; row < rows; row++)
            Row(a + row * aRow, aStep, b, ldb, c + (nint)row * ldb, 0, columns, depth, accumulate);
    }

    private static void Tile(
        float* a, nint aRow, nint aStep, float* b, nint ldb, float* c, int depth, bool accumulate)
    {
        Vector256<float> c00 = default, c01 = default, c10 = default, c11 = default, c20 = default, c21 = default;
        Vector256<float> c30 = default, c31 = default, c40 = default, c41 = default, c50 = default, c51 = default;
        if (accumulate)
        {
            c00 = Vector256.Load(c);
            c01 = Vector256.Load(c + 8);
            c10 = Vector256.Load(c + ldb);
            c11 = Vector256.Load(c + ldb + 8);
            c20 = Vector256.Load(c + 2 * ldb);
            c21 = Vector256.Load(c + 2 * ldb + 8);
            c30 = Vector256.Load(c + 3 * ldb);
            c31 = Vector256.Load(c + 3 * ldb + 8);
            c40 = Vector256.Load(c + 4 * ldb);
            c41 = Vector256.Load(c + 4 * ldb + 8);
            c50 = Vector256.Load(c + 5 * ldb);
            c51 = Vector256.Load(c + 5 * ldb + 8);
        }

        float* a3 = a + 3 * aRow;
        for (var i = 0; i < depth; i++)
        {
            var b0 = Vector256.Load(b);
            var b1 = Vector256.Load(b + 8);
            var x = Vector256.Create(a[0]);
            c00 = Vector256.FusedMultiplyAdd(x, b0, c00);
            c01 = Vector256.FusedMultiplyAdd(x, b1, c01);
            x = Vector256.Create(a[aRow]);
            c10 = Vector256.FusedMultiplyAdd(x, b0, c10);
            c11 = Vector256.FusedMultiplyAdd(x, b1, c11);
            x = Vector256.Create(a[2 * aRow]);
            c20 = Vector256.FusedMultiplyAdd(x, b0, c20);
            c21 = Vector256.FusedMultiplyAdd(x, b1, c21);
            x = Vector256.Create(a3[0]);
            c30 = Vector256.FusedMultiplyAdd(x, b0, c30);
            c31 = Vector256.FusedMultiplyAdd(x, b1, c31);
            x = Vector256.Create(a3[aRow]);
            c40 = Vector256.FusedMultiplyAdd(x, b0, c40);
            c41 = Vector256.FusedMultiplyAdd(x, b1, c41);
            x = Vector256.Create(a3[2 * aRow]);
            c50 = Vector256.FusedMultiplyAdd(x, b0, c50);
            c51 = Vector256.FusedMultiplyAdd(x, b1, c51);
            a += aStep;
            a3 += aStep;
            b += ldb;
        }

        c00.Store(c);
        c01.Store(c + 8);
        c10.Store(c + ldb);
        c11.Store(c + ldb + 8);
        c20.Store(c + 2 * ldb);
        c21.Store(c + 2 * ldb + 8);
        c30.Store(c + 3 * ldb);
        c31.Store(c + 3 * ldb + 8);
        c40.Store(c + 4 * ldb);
        c41.Store(c + 4 * ldb + 8);
        c50.Store(c + 5 * ldb);
        c51.Store(c + 5 * ldb + 8);
    }

    private static void Row(
        float* a, nint aStep, float* b, nint ldb, float* c, int column, int columns, int depth, bool accumulate)
    {
        for (; column + 8 <= columns; column += 8)
        {
            var sum = accumulate ? Vector256.Load(c + column) : default;
            for (var i = 0; i < depth; i++)
                sum = Vector256.FusedMultiplyAdd(Vector256.Create(a[i * aStep]), Vector256.Load(b + i * ldb + column), sum);
            sum.Store(c + column);
        }

        for (; column < columns; column++)
        {
            var sum = accumulate ? c[column] : 0f;
            for (var i = 0; i < depth; i++)
                sum = MathF.FusedMultiplyAdd(a[i * aStep], b[i * ldb + column], sum);
            c[column] = sum;
        }
    }
}
