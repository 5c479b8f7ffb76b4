namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>Kinds of steps from the head's product to the logits.</summary>
public enum LogitStepKind
{
    /// <summary>Times a number.</summary>
    Scale,

    /// <summary>Plus a number a token.</summary>
    Bias,

    /// <summary>The hyperbolic tangent, the middle of a soft-cap.</summary>
    Tanh,
}

/// <summary>One step from the head's product to the logits.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Factor">The factor of <see cref="LogitStepKind.Scale"/>.</param>
/// <param name="Bias">The terms of <see cref="LogitStepKind.Bias"/>, one a token or one for all.</param>
public sealed record LogitStep(LogitStepKind Kind, float Factor = 1, float[]? Bias = null)
{
    /// <summary>The step's result for one token.</summary>
    public float Apply(float value, int token) => Kind switch
    {
        LogitStepKind.Scale => value * Factor,
        LogitStepKind.Tanh => MathF.Tanh(value),
        _ => value + (Bias!.Length == 1 ? Bias[0] : Bias[token]),
    };

    /// <summary>The step's derivative, from its result.</summary>
    public float Slope(float result) => Kind switch
    {
        LogitStepKind.Scale => Factor,
        LogitStepKind.Tanh => 1 - result * result,
        _ => 1,
    };
}

/// <summary>
/// What a decoder does to the head's product before it calls it logits: bias, scale, soft-cap. An adapter adds to the product, so its
/// trainer goes through these, forth and back.
/// </summary>
/// <param name="steps">The steps, in order.</param>
public sealed class LogitTransform(IReadOnlyList<LogitStep> steps)
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
