using SafeSwitch.Training.Metrics;

namespace SafeSwitch.Evaluation.Figures;

/// <summary>McNemar's test between two methods on the same rows.</summary>
/// <param name="First">One method.</param>
/// <param name="Second">The other.</param>
/// <param name="OnlyFirstWrong">Rows that only the first got wrong.</param>
/// <param name="OnlySecondWrong">Rows that only the second got wrong.</param>
/// <param name="PValue">Probability of a split at least so uneven if the methods were equal.</param>
public sealed record PairedTest(string First, string Second, int OnlyFirstWrong, int OnlySecondWrong, double PValue)
{
    internal static PairedTest Of(IEnumerable<EvaluatedRow> rows, string first, string second)
    {
        var test = McNemar.Of(rows.Select(r => (MethodFigures.IsWrong(r, first), MethodFigures.IsWrong(r, second))));
        return new PairedTest(first, second, test.OnlyFirst, test.OnlySecond, test.PValue);
    }
}
