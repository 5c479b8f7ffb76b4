using System.Numerics.Tensors;

namespace SafeSwitch.Instrumentation.Import;

/// <summary>Gram-Schmidt, done twice, which is enough for working precision.</summary>
internal static class Orthonormal
{
    /// <summary>Makes rows orthonormal; a row that depends on those before it becomes zero.</summary>
    public static void MakeRows(float[] rows, int count, int length)
    {
        for (var i = 0; i < count; i++)
        {
            var row = rows.AsSpan(i * length, length);
            var before = TensorPrimitives.Norm<float>(row);
            for (var pass = 0; pass < 2; pass++)
            {
                for (var j = 0; j < i; j++)
                {
                    var other = rows.AsSpan(j * length, length);
                    TensorPrimitives.MultiplyAdd(other, -TensorPrimitives.Dot(row, other), row, row);
                }
            }

            var norm = TensorPrimitives.Norm<float>(row);
            TensorPrimitives.Multiply(row, norm > 1e-6f * before && norm > 0 ? 1 / norm : 0, row);
        }
    }
}
