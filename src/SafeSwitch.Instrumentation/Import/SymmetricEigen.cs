namespace SafeSwitch.Instrumentation.Import;

/// <summary>Eigenvalues and vectors of a small symmetric matrix by Jacobi rotations.</summary>
internal static class SymmetricEigen
{
    private const int Sweeps = 60;

    /// <summary>Values in falling order; vectors in columns.</summary>
    public static (double[] Values, double[,] Vectors) Solve(double[,] matrix, int size)
    {
        var a = (double[,])matrix.Clone();
        var vectors = new double[size, size];
        for (var i = 0; i < size; i++)
            vectors[i, i] = 1;
        for (var sweep = 0; sweep < Sweeps && Sweep(a, vectors, size); sweep++)
        {
        }

        int[] order = [.. Enumerable.Range(0, size).OrderByDescending(i => a[i, i])];
        var sorted = new double[size, size];
        for (var k = 0; k < size; k++)
        {
            for (var i = 0; i < size; i++)
                sorted[i, k] = vectors[i, order[k]];
        }

        return ([.. order.Select(i => a[i, i])], sorted);
    }

    private static bool Sweep(double[,] a, double[,] vectors, int size)
    {
        var rotated = false;
        for (var p = 0; p < size - 1; p++)
        {
            for (var q = p + 1; q < size; q++)
            {
                if (Math.Abs(a[p, q]) <= 1e-15 * Math.Sqrt(Math.Abs(a[p, p] * a[q, q])) || a[p, q] == 0)
                    continue;
                rotated = true;
                var theta = (a[q, q] - a[p, p]) / (2 * a[p, q]);
                var tangent = (theta >= 0 ? 1 : -1) / (Math.Abs(theta) + Math.Sqrt(theta * theta + 1));
                var cosine = 1 / Math.Sqrt(tangent * tangent + 1);
                Rotate(a, vectors, size, p, q, cosine, tangent * cosine);
            }
        }

        return rotated;
    }

    private static void Rotate(double[,] a, double[,] vectors, int size, int p, int q, double cosine, double sine)
    {
        for (var i = 0; i < size; i++)
            (a[i, p], a[i, q]) = (cosine * a[i, p] - sine * a[i, q], sine * a[i, p] + cosine * a[i, q]);
        for (var i = 0; i < size; i++)
            (a[p, i], a[q, i]) = (cosine * a[p, i] - sine * a[q, i], sine * a[p, i] + cosine * a[q, i]);
        for (var i = 0; i < size; i++)
            (vectors[i, p], vectors[i, q]) = (cosine * vectors[i, p] - sine * vectors[i, q], sine * vectors[i, p] + cosine * vectors[i, q]);
    }
}
