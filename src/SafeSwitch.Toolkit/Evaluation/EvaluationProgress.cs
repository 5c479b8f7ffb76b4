using System.Diagnostics;
using SafeSwitch.Toolkit.Recipes;

namespace SafeSwitch.Toolkit.Evaluation;

/// <summary>Reports rows; the time left goes by tokens, as rows differ a hundredfold in length.</summary>
internal sealed class EvaluationProgress(IProgress<BuildProgress>? progress, IReadOnlyList<EvaluationRow> rows, int standing, EvaluationOptions options)
{
    /// <summary>A decoded token costs about as much as that many prompt tokens.</summary>
    private const double DecodeCost = 4;

    private readonly long started = Stopwatch.GetTimestamp();
    private double left = rows.Sum(r => Cost(r, options));
    private double done;
    private int made;

    public void Add(EvaluationRow row)
    {
        var cost = Cost(row, options);
        left -= cost;
        done += cost;
        made++;
        var elapsed = Stopwatch.GetElapsedTime(started);
        progress?.Report(new BuildProgress(
            "evaluate", standing + made, standing + rows.Count, "rows", made / elapsed.TotalSeconds, elapsed * (left / done)));
    }

    private static double Cost(EvaluationRow row, EvaluationOptions options) =>
        row.Prompt.Tokens.Length * (row.IsChecked ? 2 : 1)
        + DecodeCost * options.AnswerTokens * (row.IsChecked ? 2 : 1)
        + (row.Data.Harmful && options.Policies.Count > 0 ? DecodeCost * options.RefusalTokens : 0);
}
