using System.Numerics.Tensors;

namespace SafeSwitch.Training.Probes;

/// <summary>Shift and scale that give every number of a network's input mean 0 and deviation 1 over the training rows.</summary>
internal sealed class Standardisation
{
    // Long rows are sampled: one position in this many, so that they don't decide alone and a pass stays cheap.
    private const int MaxPositionsPerRow = 64;

    private Standardisation(float[] scale, float[] shift)
    {
        Scale = scale;
        Shift = shift;
    }

    /// <summary>One over the deviation.</summary>
    public float[] Scale { get; }

    /// <summary>Minus the mean over the deviation.</summary>
    public float[] Shift { get; }

    public static Standardisation Of(MemberInput input, IEnumerable<int> rows, CancellationToken cancellationToken)
    {
        var width = input.Width;
        var sum = new double[width];
        var squares = new double[width];
        var count = 0L;
        var values = new float[width];
        foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var positions = input.Positions(row);
            var step = (positions + MaxPositionsPerRow - 1) / MaxPositionsPerRow;
            for (var position = 0; position < positions; position += step)
            {
                input.Fill(row, position, 1, values);
                for (var i = 0; i < values.Length; i++)
                {
                    double value = values[i];
                    sum[i] += value;
                    squares[i] += value * value;
                }

                count++;
            }
        }

        var scale = new float[width];
        var shift = new float[width];
        for (var i = 0; i < width; i++)
        {
            var mean = count > 0 ? sum[i] / count : 0;
            var variance = count > 0 ? squares[i] / count - mean * mean : 0;
            var inverse = 1 / Math.Sqrt(Math.Max(variance, 1e-8));
            scale[i] = (float)inverse;
            shift[i] = (float)(-mean * inverse);
        }

        return new Standardisation(scale, shift);
    }

    /// <summary>Standardises [positions, width] in place.</summary>
    public void Apply(Span<float> inputs)
    {
        for (var from = 0; from < inputs.Length; from += Scale.Length)
        {
            var position = inputs.Slice(from, Scale.Length);
            TensorPrimitives.FusedMultiplyAdd(position, Scale, Shift, position);
        }
    }
}
