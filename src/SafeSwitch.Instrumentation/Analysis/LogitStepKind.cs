namespace SafeSwitch.Instrumentation.Analysis;

/// <summary>Kinds of steps from the head's product to the logits.</summary>
internal enum LogitStepKind
{
    /// <summary>Times a number.</summary>
    Scale,

    /// <summary>Plus a number a token.</summary>
    Bias,

    /// <summary>The hyperbolic tangent, the middle of a soft-cap.</summary>
    Tanh,
}
