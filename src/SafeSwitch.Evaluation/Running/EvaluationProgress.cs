using System.Diagnostics;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Running;

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

    private static double Cost(EvaluationRow row, EvaluationOptions options)
    {
        var times = row.IsChecked ? 2 : 1;
        var answer = DecodeCost * options.AnswerLimit(row.Data);
        var isRefused = options.AlwaysOn || (row.Data.Harmful && options.Policies.Count > 0);
        return times * (row.Prompt.Tokens.Length + answer)
            + (isRefused ? DecodeCost * options.RefusalLimit(row.Data, isIntervened: false) : 0)
            + (row.SafetyPrompt is { } after ? after.Prompt.Tokens.Length + answer : 0);
    }
}
