namespace SafeSwitch.Training.Metrics;

/// <summary>A figure of a sample and the 95% interval that it lies in.</summary>
/// <param name="Value">The figure.</param>
/// <param name="Lower">Lower end of the interval.</param>
/// <param name="Upper">Upper end of the interval.</param>
public readonly record struct Estimate(double Value, double Lower, double Upper)
{
    /// <summary>A share with Wilson's interval.</summary>
    public static Estimate Of(Proportion share) => new(share.Value, share.Lower, share.Upper);
}
