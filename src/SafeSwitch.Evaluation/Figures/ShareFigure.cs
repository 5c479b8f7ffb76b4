using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Evaluation.Figures;

/// <summary>A share of rows with its 95% interval, as summaries carry it.</summary>
/// <param name="Count">Rows that did.</param>
/// <param name="Total">Rows in all.</param>
/// <param name="Share">The fraction; 0 of no rows.</param>
/// <param name="Lower">Lower end of Wilson's interval.</param>
/// <param name="Upper">Upper end of it.</param>
public sealed record ShareFigure(int Count, int Total, double Share, double Lower, double Upper)
{
    internal static ShareFigure Of(IEnumerable<bool> rows)
    {
        var proportion = Proportion.Of(rows);
        return new ShareFigure(
            proportion.Count, proportion.Total, proportion.Total == 0 ? 0 : proportion.Value, proportion.Lower, proportion.Upper);
    }
}
