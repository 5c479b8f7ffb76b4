using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes;

/// <summary>
/// Pools token scores [positions, heads] into one number a head, and takes the gradient back. Without positions every head
/// gives 0, so that a score is defined.
/// </summary>
internal sealed class PositionPooling(ProbePooling kind, int heads, int window)
{
    private readonly int[] chosen = new int[heads];
    private readonly float[] pooled = new float[heads];
    private float[] attention = [];
    private int width;

    /// <summary>Pools.</summary>
    /// <returns>One number a head, valid until the next call.</returns>
    public ReadOnlySpan<float> Forward(ReadOnlySpan<float> values, ReadOnlySpan<float> queries, int positions)
    {
        pooled.AsSpan().Clear();
        if (positions == 0)
            return pooled;

        width = kind switch { ProbePooling.MultiMax => 1, ProbePooling.Rolling => Math.Min(window, positions), _ => positions };
        if (kind == ProbePooling.Attention)
            Attend(values, queries, positions);
        else
            LargestWindow(values, positions);
        return pooled;
    }

    /// <summary>Gradients of the scores, from a gradient that is the same for every head.</summary>
    public void Backward(
        ReadOnlySpan<float> values, int positions, float gradient, Span<float> valueGradients, Span<float> queryGradients)
    {
        if (kind == ProbePooling.Attention)
        {
            for (var i = 0; i < positions * heads; i++)
            {
                valueGradients[i] = gradient * attention[i];
                queryGradients[i] = gradient * attention[i] * (values[i] - pooled[i % heads]);
            }

            return;
        }

        valueGradients[..(positions * heads)].Clear();
        if (positions == 0)
            return;
        var share = gradient / width;
        for (var head = 0; head < heads; head++)
        {
            for (var position = chosen[head]; position < chosen[head] + width; position++)
                valueGradients[position * heads + head] = share;
        }
    }

    private void Attend(ReadOnlySpan<float> values, ReadOnlySpan<float> queries, int positions)
    {
        if (attention.Length < positions * heads)
            attention = new float[positions * heads * 2];
        for (var head = 0; head < heads; head++)
        {
            var largest = float.NegativeInfinity;
            for (var i = head; i < positions * heads; i += heads)
                largest = Math.Max(largest, queries[i]);
            var sum = 0f;
            for (var i = head; i < positions * heads; i += heads)
                sum += attention[i] = MathF.Exp(queries[i] - largest);
            var average = 0f;
            for (var i = head; i < positions * heads; i += heads)
                average += (attention[i] /= sum) * values[i];
            pooled[head] = average;
        }
    }

    // Mean is the one window over everything, multimax the largest window of one.
    private void LargestWindow(ReadOnlySpan<float> values, int positions)
    {
        for (var head = 0; head < heads; head++)
        {
            var sum = 0.0;
            for (var position = 0; position < width; position++)
                sum += values[position * heads + head];
            var largest = sum;
            chosen[head] = 0;
            for (var position = width; position < positions; position++)
            {
                sum += values[position * heads + head] - (double)values[(position - width) * heads + head];
                if (sum > largest)
                    (largest, chosen[head]) = (sum, position - width + 1);
            }

            pooled[head] = (float)(largest / width);
        }
    }
}
