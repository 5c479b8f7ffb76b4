using System.Globalization;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Training.Calibration;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Thresholds;

namespace SafeSwitch.Cli.Collect;

/// <summary>What later steps will ask of these rows, said before hours are spent on them.</summary>
internal static class CollectionForecast
{
    // What training sets aside where the data names no validation rows.
    private const double ShareSetAside = 0.2;

    private static readonly CalibrationOptions Defaults = new();

    /// <param name="call">The call.</param>
    /// <param name="rows">The rows that are collected.</param>
    /// <param name="hasTexts">Whether texts to refuse with were given.</param>
    /// <param name="answers">Answers of either label, at most.</param>
    public static void Tell(VerbCall call, IReadOnlyList<DataRow> rows, bool hasTexts, int answers)
    {
        var named = rows.Any(r => r.Split == DataSplits.Validation);
        var heldOut = (int)(rows.Count(r => !r.Harmful && (!named || r.Split == DataSplits.Validation)) * (named ? 1 : ShareSetAside));
        var (everyday, lax) = (Bound(Defaults.DefaultPolicy), CalibrationBound.Default.Min(b => b.MaxFalsePositiveRate));
        if (heldOut < ConformalThreshold.RowsNeeded(everyday))
        {
            call.Warn(Text(
                $"{heldOut:N0} harmless rows {(named ? "are for validation" : "will be set aside for validation, a fifth")}: calibrate can show a bound of {100.0 / (heldOut + 1):0.#}% false positives with them at best; {100 * everyday:0.#}% takes {ConformalThreshold.RowsNeeded(everyday):N0}, {100 * lax:0.#}% takes {ConformalThreshold.RowsNeeded(lax):N0}"));
        }

        if (!hasTexts && rows.All(r => r.Refusal is null))
            call.Warn("no refusals are collected: train adapter will need --refusals FILE.json here, or rows with a `refusal`. A guard that says a fixed sentence needs none (calibrate --intervention FixedRefusal)");

        var complying = (int)(Math.Min(2L * answers, rows.Count) * (named ? (double)rows.Count(r => r.Split == DataSplits.Validation) / rows.Count : ShareSetAside));
        if (answers > 0 && complying < ConformalThreshold.RowsNeeded(Defaults.MaxMissedResponses))
            call.Warn(Text($"about {complying:N0} answers will be for validation: a response stage takes {ConformalThreshold.RowsNeeded(Defaults.MaxMissedResponses):N0} that comply to miss at most {100 * Defaults.MaxMissedResponses:0.#}%; with fewer, decide by the prompt alone (calibrate --prompt-only)"));
    }

    private static double Bound(string policy) => CalibrationBound.Default.First(b => b.Policy == policy).MaxFalsePositiveRate;

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
