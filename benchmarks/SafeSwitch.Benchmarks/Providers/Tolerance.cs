namespace SafeSwitch.Benchmarks.Providers;

/// <summary>
/// How far a provider may stray. On the CPU, 8-bit graphs also round what flows between their layers to 8 bits and other providers do
/// not, so that the logits of the shipped model differ by several percent of their length, about as much as between two processors; a
/// provider that reads a stale token, another's cache or no adapter differs by all of it.
/// </summary>
internal static class Tolerance
{
    /// <summary>Between providers: the largest distance of two vectors, as a share of their length.</summary>
    public const double Between = 0.25;

    /// <summary>Between providers: the mean of those distances.</summary>
    public const double BetweenOnAverage = 0.10;

    /// <summary>Within a provider, the same numbers computed in the same shapes.</summary>
    public const double Within = 5e-3;

    /// <summary>The best token is decided where its logit is that much above the next; there, providers must agree.</summary>
    public const double DecidedMargin = 1;

    /// <summary>Share of the decided tokens that must be the same.</summary>
    public const double DecidedTokens = 0.99;

    /// <summary>Mean difference of a score.</summary>
    public const double Score = 0.03;

    /// <summary>Verdicts may differ where the CPU's score lies as close as this to its threshold, or half the threshold if that is less.</summary>
    public const double Borderline = 0.15;
}
