namespace SafeSwitch.Training.Probes;

/// <summary>A layer that reads hidden states as they are: standardisation is folded into its weights and biases.</summary>
internal readonly record struct FoldedLayer(float[] Weights, float[] Biases)
{
    /// <summary>Folds a member's standardisation into a layer [input, columns] over its states.</summary>
    public static FoldedLayer Of(TrainedMember member, ReadOnlySpan<float> weights, ReadOnlySpan<float> biases)
    {
        var scale = member.Standardisation.Scale;
        var shift = member.Standardisation.Shift;
        var columns = biases.Length;
        var folded = new float[weights.Length];
        var sums = new double[columns];
        for (var row = 0; row < scale.Length; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var weight = weights[row * columns + column];
                folded[row * columns + column] = weight * scale[row];
                sums[column] += (double)weight * shift[row];
            }
        }

        var bias = new float[columns];
        for (var column = 0; column < columns; column++)
            bias[column] = (float)(biases[column] + sums[column]);
        return new FoldedLayer(folded, bias);
    }

    /// <summary>A member's first ReLU layer.</summary>
    public static FoldedLayer First(TrainedMember member)
    {
        var layer = member.Shape.Layers[0];
        return Of(
            member, member.Weights.AsSpan(layer.Weights, layer.In * layer.Out), member.Weights.AsSpan(layer.Biases, layer.Out));
    }
}
