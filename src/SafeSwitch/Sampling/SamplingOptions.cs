using System.Globalization;

namespace SafeSwitch.Sampling;

/// <summary>
/// How the next token is chosen. Filters apply in the order repetition penalty, temperature, top-k, top-p, min-p; those at
/// their neutral value cost nothing.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>Always the most likely token; the lowest id among equals.</summary>
    public static SamplingOptions Greedy { get; } = new();

    /// <summary>Divides the logits, at least 0; 0 is greedy.</summary>
    /// <value>The default is 0.</value>
    public float Temperature { get; init; }

    /// <summary>Keep that many most likely tokens, at least 0; 0 keeps all.</summary>
    /// <value>The default is 0.</value>
    public int TopK { get; init; }

    /// <summary>Keep the fewest most likely tokens that together have this probability. In (0, 1]; 1 keeps all.</summary>
    /// <value>The default is 1.</value>
    public float TopP { get; init; } = 1;

    /// <summary>Drop tokens less likely than this fraction of the likeliest. In [0, 1]; 0 keeps all.</summary>
    /// <value>The default is 0.</value>
    public float MinP { get; init; }

    /// <summary>
    /// Divides the positive and multiplies the negative logits of tokens that occurred in prompt or answer (Keskar et al.,
    /// arXiv 1909.05858). In (0, 10]; 1 changes nothing.
    /// </summary>
    /// <value>The default is 1.</value>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Seed of the random choices, any number; <see langword="null"/> for a new one at each request.</summary>
    public int? Seed { get; init; }

    internal void Validate()
    {
        Require(float.IsFinite(Temperature) && Temperature >= 0, nameof(Temperature), Temperature, "a finite number, at least 0");
        Require(TopK >= 0, nameof(TopK), TopK, "at least 0");
        Require(TopP is > 0 and <= 1, nameof(TopP), TopP, "a number in (0, 1]");
        Require(MinP is >= 0 and <= 1, nameof(MinP), MinP, "a number in [0, 1]");
        Require(RepetitionPenalty is > 0 and <= 10, nameof(RepetitionPenalty), RepetitionPenalty, "a number in (0, 10]");
    }

    private static void Require(bool holds, string field, float found, string expected)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(
                field, found, $"Sampling option {field}: found {found.ToString(CultureInfo.InvariantCulture)}, expected {expected}.");
        }
    }
}
