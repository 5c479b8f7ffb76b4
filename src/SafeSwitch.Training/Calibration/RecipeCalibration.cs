using SafeSwitch.Policies;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Training.Calibration;

/// <summary>How thresholds are chosen, and the policies that carry them.</summary>
public sealed record RecipeCalibration
{
    /// <summary>The policies and the bound on false positives of each.</summary>
    /// <value><c>permissive</c> 0.3%, <c>balanced</c> 1%, <c>strict</c> 3%.</value>
    public IReadOnlyList<CalibrationBound> Bounds { get; init; } = CalibrationBound.Usual;

    /// <summary>The policy of requests that name none.</summary>
    /// <value><c>balanced</c>.</value>
    public string DefaultPolicy { get; init; } = "balanced";

    /// <summary>Which harmless rows stand for everyday requests.</summary>
    /// <value>Those of the set <c>harmless</c>, without the source <c>xstest</c>.</value>
    public EverydayRule Everyday { get; init; } = new();

    /// <summary>Sets with an empirical bound of their own, as a factor on the everyday bound; see <see cref="KindBound"/>.</summary>
    public IReadOnlyDictionary<string, double> SetBounds { get; init; } = new Dictionary<string, double>();

    /// <summary>Sources with an empirical bound of their own, in the same way.</summary>
    public IReadOnlyDictionary<string, double> SourceBounds { get; init; } = new Dictionary<string, double>();

    /// <summary>Which stages decide.</summary>
    /// <value><see cref="GuardStages.Prompt"/>.</value>
    public GuardStages Stages { get; init; } = GuardStages.Prompt;

    /// <summary>Answer tokens that the response stage sees.</summary>
    /// <value>3, as in the paper.</value>
    public int PilotTokens { get; init; } = 3;

    /// <summary>Share of complying answers that the response stage may let pass.</summary>
    /// <value>1%.</value>
    public double MaxMissedResponses { get; init; } = 0.01;
}
