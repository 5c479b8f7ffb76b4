namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>One step from the head's product to the logits.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Factor">The factor of <see cref="LogitStepKind.Scale"/>.</param>
/// <param name="Bias">The terms of <see cref="LogitStepKind.Bias"/>, one a token or one for all.</param>
internal sealed record LogitStep(LogitStepKind Kind, float Factor = 1, float[]? Bias = null)
{
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
