using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Calibration;

/// <summary>How thresholds are chosen, and the policies that carry them; the <c>calibration</c> of a recipe.</summary>
public sealed record CalibrationOptions : ICheckedSettings
{
    /// <summary>The policies and the bound on false positives of each.</summary>
    /// <value><c>permissive</c> 0.3%, <c>balanced</c> 1%, <c>strict</c> 3%.</value>
    public IReadOnlyList<CalibrationBound> Bounds { get; init; } = CalibrationBound.Default;

    /// <summary>The policy of requests that name none.</summary>
    /// <value><c>balanced</c>.</value>
    public string DefaultPolicy { get; init; } = "balanced";

    /// <summary>Which harmless rows count as everyday requests.</summary>
    /// <value>All of them.</value>
    [JsonPropertyName("everyday")]
    public BenignRule Benign { get; init; } = new();

    /// <summary>What of a single everyday source may be flagged, as a multiple of the bound on all of them: what a host's requests are
    /// like is unknown, and may be like the worst source.</summary>
    /// <value>3.</value>
    [Range(1.0, 1e6)]
    public double SourceFactor { get; init; } = 3;

    /// <summary>Sets with an empirical bound of their own, as a factor on the everyday bound. It can only raise a threshold.</summary>
    [Range(0.0, 1e6)]
    public IReadOnlyDictionary<string, double> SetBounds { get; init; } = new Dictionary<string, double>();

    /// <summary>Sources with an empirical bound of their own, in the same way.</summary>
    [Range(0.0, 1e6)]
    public IReadOnlyDictionary<string, double> SourceBounds { get; init; } = new Dictionary<string, double>();

    /// <summary>Which stages decide.</summary>
    /// <value><see cref="GuardStages.Prompt"/>.</value>
    public GuardStages Stages { get; init; } = GuardStages.Prompt;

    /// <summary>Answer tokens that the response stage sees.</summary>
    /// <value>3, as in the paper.</value>
    [Range(1, 1024)]
    public int PilotTokens { get; init; } = 3;

    /// <summary>Share of complying answers that the response stage may let pass.</summary>
    /// <value>1%.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)]
    public double MaxMissedResponses { get; init; } = 0.01;

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (Bounds.FirstOrDefault(b => b is { Policy.Length: 0 }) is not null)
            yield return new SettingProblem("bounds", "a policy without a name", "a name");
        if (Bounds.Where(b => b is not null).GroupBy(b => b.Policy, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            yield return new SettingProblem("bounds", $"{twice.Count()} bounds of '{twice.Key}'", "one a policy");
        if (Bounds.All(b => b?.Policy != DefaultPolicy))
            yield return new SettingProblem("default_policy", $"'{DefaultPolicy}'", $"one of {string.Join(", ", Bounds.Select(b => b?.Policy))}");
    }
}

/// <summary>A bound to calibrate a policy for.</summary>
/// <param name="Policy">Name of the policy.</param>
/// <param name="MaxFalsePositiveRate">Fraction of everyday requests that may be flagged, in (0, 1).</param>
public sealed record CalibrationBound(
    string Policy,
    [property: Range(0.0, 1.0, MinimumIsExclusive = true, MaximumIsExclusive = true)] double MaxFalsePositiveRate)
{
    /// <summary>The bounds that the shipped bundle carries. What the probe can't read, another language say, is everyday traffic somewhere: only the
    /// strict policy takes it for suspicious.</summary>
    public static IReadOnlyList<CalibrationBound> Default { get; } =
        [new("permissive", 0.003), new("balanced", 0.01), new("strict", 0.03) { OutOfDistribution = OutOfDistributionAction.Escalate }];

    /// <summary>What the policy does with requests that the prompt probe says it can't read.</summary>
    /// <value><see cref="OutOfDistributionAction.Continue"/>.</value>
    public OutOfDistributionAction OutOfDistribution { get; init; }
}

/// <summary>
/// A bound of their own for a kind of harmless rows: those of a set, or of a source. It is empirical
/// (<see cref="Bundles.BoundRule.Empirical"/>) and can only raise a threshold.
/// </summary>
/// <param name="Set">The set; <see langword="null"/> for a bound on a source.</param>
/// <param name="Source">The source; <see langword="null"/> for a bound on a set.</param>
/// <param name="Factor">The share of them that may be flagged, as a multiple of each policy's bound on everyday rows; not negative.</param>
internal sealed record KindBound(string? Set, string? Source, [property: Range(0.0, 1e6)] double Factor)
{
    /// <summary>Bounds by set and by source, in the order of their names.</summary>
    public static IReadOnlyList<KindBound> Of(IReadOnlyDictionary<string, double> sets, IReadOnlyDictionary<string, double> sources) =>
    [
        .. sets.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => new KindBound(s.Key, null, s.Value)),
        .. sources.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => new KindBound(null, s.Key, s.Value)),
    ];

    /// <summary>Whether it is about a row.</summary>
    internal bool Matches(ScoredRow row) => !row.Positive && (Set is null || row.Set == Set) && (Source is null || row.Source == Source);

    internal string Describe() => Set is null ? $"source '{Source}'" : $"set '{Set}'";
}
