using System.ComponentModel.DataAnnotations;
using SafeSwitch.Settings;

namespace SafeSwitch.Sampling;

/// <summary>
/// How the next token is chosen. Filters apply in the order repetition penalty, temperature, top-k, top-p, min-p; those at
/// their neutral value cost nothing.
/// </summary>
public sealed record SamplingOptions : ICheckedSettings
{
    /// <summary>Always the most likely token; the lowest id among equals.</summary>
    public static SamplingOptions Greedy { get; } = new();

    /// <summary>Divides the logits, at least 0; 0 is greedy.</summary>
    /// <value>The default is 0.</value>
    [Range(0.0, float.MaxValue)]
    public float Temperature { get; init; }

    /// <summary>Keep that many most likely tokens, at least 0; 0 keeps all.</summary>
    /// <value>The default is 0.</value>
    [Range(0, int.MaxValue)]
    public int TopK { get; init; }

    /// <summary>Keep the fewest most likely tokens that together have this probability. In (0, 1]; 1 keeps all.</summary>
    /// <value>The default is 1.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public float TopP { get; init; } = 1;

    /// <summary>Drop tokens less likely than this fraction of the likeliest. In [0, 1]; 0 keeps all.</summary>
    /// <value>The default is 0.</value>
    [Range(0.0, 1.0)]
    public float MinP { get; init; }

    /// <summary>
    /// Divides the positive and multiplies the negative logits of tokens that occurred in prompt or answer (Keskar et al.,
    /// arXiv 1909.05858). In (0, 10]; 1 changes nothing.
    /// </summary>
    /// <value>The default is 1.</value>
    [Range(0.0, 10.0, MinimumIsExclusive = true)]
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Seed of the random choices, any number; <see langword="null"/> for a new one at each request.</summary>
    public int? Seed { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.CheckFlat(this, []);

    // How tokens are chosen is an argument of a request, not a setting of a host.
    internal void ThrowIfOutOfRange()
    {
        foreach (var problem in Check())
            throw new ArgumentOutOfRangeException(problem.Setting, $"Sampling option {problem}.");
    }
}
