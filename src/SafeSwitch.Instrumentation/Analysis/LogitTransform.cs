namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>
/// What a decoder does to the head's product before it calls it logits: bias, scale, soft-cap. An adapter adds to the product, so its
/// trainer goes through these, forth and back.
/// </summary>
internal sealed class LogitTransform(IReadOnlyList<LogitStep> steps)
{
    /// <summary>The steps, in order; none if the product is the logits.</summary>
    public IReadOnlyList<LogitStep> Steps { get; } = steps;

    /// <summary>Turns one row of products into logits, in place.</summary>
    public void Apply(Span<float> row)
    {
        foreach (var step in Steps)
        {
            for (var i = 0; i < row.Length; i++)
                row[i] = step.Apply(row[i], i);
        }
    }

    /// <summary>Turns the gradient of one row of logits into that of its products, in place.</summary>
    /// <param name="products">The row before <see cref="Apply"/>.</param>
    /// <param name="gradient">With respect to the logits; then to the products.</param>
    public void Backward(ReadOnlySpan<float> products, Span<float> gradient)
    {
        if (Steps.Count == 0)
            return;
        for (var i = 0; i < products.Length; i++)
        {
            var value = products[i];
            foreach (var step in Steps)
            {
                var result = step.Apply(value, i);
                gradient[i] *= step.Slope(result);
                value = result;
            }
        }
    }
}
