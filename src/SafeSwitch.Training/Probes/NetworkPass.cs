using System.Numerics.Tensors;
using SafeSwitch.Training.Numerics;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes;

/// <summary>One row through a network and back. Holds the activations; one per thread, reused from row to row.</summary>
internal sealed class NetworkPass(NetworkShape shape)
{
    private readonly PositionPooling pooling = new(shape.Pooling, shape.Heads, shape.Window);
    private readonly float[] transposed = new float[shape.Count];
    private float[] input = [];
    private float[][] hidden = [.. shape.Layers.Select(_ => Array.Empty<float>())];
    private float[] values = [];
    private float[] queries = [];
    private float[] valueGradients = [];
    private float[] queryGradients = [];
    private float[] gradientAbove = [];
    private float[] gradientBelow = [];
    private int positions;
    private float kept = 1;

    /// <summary>Where a row's inputs are to be written, [positions, input].</summary>
    public Span<float> Input(int count)
    {
        positions = count;
        Grow(ref input, count * shape.Input);
        return input.AsSpan(0, count * shape.Input);
    }

    /// <summary>The logit of the row in <see cref="Input"/>.</summary>
    /// <param name="weights">The network's parameters.</param>
    /// <param name="dropout">Fraction of hidden units switched off.</param>
    /// <param name="random">Which ones.</param>
    public float Forward(ReadOnlySpan<float> weights, float dropout = 0, SplitMix random = default)
    {
        kept = 1 - dropout;
        var below = input;
        for (var i = 0; i < shape.Layers.Count; i++)
        {
            var layer = shape.Layers[i];
            Grow(ref hidden[i], positions * layer.Out);
            var above = hidden[i].AsSpan(0, positions * layer.Out);
            for (var position = 0; position < positions; position++)
                weights.Slice(layer.Biases, layer.Out).CopyTo(above[(position * layer.Out)..]);
            Gemm.Multiply(below, weights.Slice(layer.Weights, layer.In * layer.Out), above, positions, layer.In, layer.Out, accumulate: true);
            TensorPrimitives.Max(above, 0f, above);
            if (dropout > 0)
                Drop(above, ref random);
            below = hidden[i];
        }

        Heads(ref values, shape.ValueWeights(weights), below);
        if (shape.Pooling == ProbePooling.Attention)
            Heads(ref queries, shape.QueryWeights(weights), below);
        var logit = weights[shape.Bias];
        foreach (var score in pooling.Forward(values, queries, positions))
            logit += score;
        return logit;
    }

    /// <summary>Adds the gradient of the parameters, given that of the logit; follows a <see cref="Forward"/> and uses it up.</summary>
    public void Backward(ReadOnlySpan<float> weights, float gradient, Span<float> gradients)
    {
        var attention = shape.Pooling == ProbePooling.Attention;
        Grow(ref valueGradients, positions * shape.Heads);
        if (attention)
            Grow(ref queryGradients, positions * shape.Heads);
        pooling.Backward(values, positions, gradient, valueGradients, queryGradients);
        gradients[shape.Bias] += gradient;
        if (!attention)
            DropUntouched();

        var below = shape.Layers.Count == 0 ? input : hidden[^1];
        var size = shape.Last * shape.Heads;
        Gemm.MultiplyTransposed(below, valueGradients, gradients.Slice(shape.Values, size), positions, shape.Last, shape.Heads);
        if (attention)
            Gemm.MultiplyTransposed(below, queryGradients, gradients.Slice(shape.Queries, size), positions, shape.Last, shape.Heads);
        if (shape.Layers.Count == 0)
            return;

        Grow(ref gradientAbove, positions * shape.Last);
        BackThrough(valueGradients, shape.ValueWeights(weights), shape.Last, shape.Heads, gradientAbove, accumulate: false);
        if (attention)
            BackThrough(queryGradients, shape.QueryWeights(weights), shape.Last, shape.Heads, gradientAbove, accumulate: true);
        for (var i = shape.Layers.Count - 1; i >= 0; i--)
        {
            var layer = shape.Layers[i];
            var above = gradientAbove.AsSpan(0, positions * layer.Out);
            Gate(above, hidden[i]);
            Gemm.MultiplyTransposed(
                i == 0 ? input : hidden[i - 1], above, gradients.Slice(layer.Weights, layer.In * layer.Out), positions, layer.In, layer.Out);
            var biases = gradients.Slice(layer.Biases, layer.Out);
            for (var position = 0; position < positions; position++)
                TensorPrimitives.Add(biases, above.Slice(position * layer.Out, layer.Out), biases);
            if (i == 0)
                break;
            Grow(ref gradientBelow, positions * layer.In);
            BackThrough(above, weights.Slice(layer.Weights, layer.In * layer.Out), layer.In, layer.Out, gradientBelow, accumulate: false);
            (gradientAbove, gradientBelow) = (gradientBelow, gradientAbove);
        }
    }

    private static void Grow(ref float[] buffer, int length)
    {
        if (buffer.Length < length)
            buffer = new float[length + length / 2];
    }

    private void Heads(ref float[] scores, ReadOnlySpan<float> weights, float[] below)
    {
        Grow(ref scores, positions * shape.Heads);
        Gemm.Multiply(below, weights, scores, positions, shape.Last, shape.Heads, accumulate: false);
    }

    private void Drop(Span<float> activations, ref SplitMix random)
    {
        var scale = 1 / kept;
        foreach (ref var activation in activations)
            activation = random.NextFloat() < kept ? activation * scale : 0;
    }

    // A unit that is off, by ReLU or by dropout, passes nothing back.
    private void Gate(Span<float> gradient, ReadOnlySpan<float> activations)
    {
        var scale = 1 / kept;
        for (var i = 0; i < gradient.Length; i++)
            gradient[i] = activations[i] > 0 ? gradient[i] * scale : 0;
    }

    private void BackThrough(
        ReadOnlySpan<float> gradient, ReadOnlySpan<float> weights, int rows, int columns, Span<float> result, bool accumulate)
    {
        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < columns; c++)
                transposed[c * rows + r] = weights[r * columns + c];
        }

        Gemm.Multiply(gradient, transposed, result, positions, columns, rows, accumulate);
    }

    // Maxima touch a few positions of many: only those go back through the layers.
    private void DropUntouched()
    {
        var touched = 0;
        for (var position = 0; position < positions; position++)
        {
            if (!valueGradients.AsSpan(position * shape.Heads, shape.Heads).ContainsAnyExcept(0f))
                continue;
            if (touched < position)
            {
                Move(input, shape.Input, position, touched);
                for (var i = 0; i < hidden.Length; i++)
                    Move(hidden[i], shape.Layers[i].Out, position, touched);
                Move(valueGradients, shape.Heads, position, touched);
            }

            touched++;
        }

        positions = touched;

        static void Move(float[] matrix, int width, int from, int to) =>
            matrix.AsSpan(from * width, width).CopyTo(matrix.AsSpan(to * width, width));
    }
}
