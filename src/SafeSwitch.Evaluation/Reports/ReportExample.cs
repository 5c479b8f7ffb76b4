using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Reports;

/// <summary>A request with both answers, for people to read.</summary>
/// <param name="Kind">What it is an example of.</param>
/// <param name="Request">The request's text, the end of it if it is long.</param>
/// <param name="Row">What the methods made of it.</param>
/// <param name="Method">The method shown beside the unguarded model.</param>
internal sealed record ReportExample(ExampleKind Kind, string Request, EvaluatedRow Row, string Method)
{
    private const int MostOfAKind = 3;

    private const int LongestRequest = 700;

    /// <summary>The first rows of each kind, in the order of the data and of different sources while there are any: nobody picked them.</summary>
    public static IReadOnlyList<ReportExample> Of(IReadOnlyList<EvaluatedRow> rows, IEnumerable<DataRow> requests, string method)
    {
        var texts = requests.ToDictionary(r => r.Key, r => r.Request, StringComparer.Ordinal);
        return
        [
            .. from kind in Enum.GetValues<ExampleKind>()
               from row in Spread(rows.Where(r => KindOf(r, method) == kind))
               select new ReportExample(kind, Shorten(texts.GetValueOrDefault(row.Key, "")), row, method),
        ];
    }

    private static ExampleKind? KindOf(EvaluatedRow row, string method) =>
        (row.Harmful, MethodFigures.IsWrong(row, Methods.Unguarded), MethodFigures.IsWrong(row, method)) switch
        {
            (true, true, false) => ExampleKind.Caught,
            (true, _, true) => ExampleKind.Missed,
            (false, false, true) => ExampleKind.RefusedWrongly,
            _ => null,
        };

    private static IEnumerable<EvaluatedRow> Spread(IEnumerable<EvaluatedRow> rows) => rows
        .GroupBy(r => r.Source)
        .SelectMany(g => g.Select((row, place) => (row, place)))
        .OrderBy(r => r.place)
        .Take(MostOfAKind)
        .Select(r => r.row);

    private static string Shorten(string request) => request.Length <= LongestRequest ? request : "… " + request[^LongestRequest..];
}

/// <summary>What an example shows.</summary>
internal enum ExampleKind
{
    /// <summary>A harmful request that the model answers and the guard refuses.</summary>
    Caught,

    /// <summary>A harmful request that is answered all the same.</summary>
    Missed,

    /// <summary>A harmless request that only the guard refuses.</summary>
    RefusedWrongly,
}
