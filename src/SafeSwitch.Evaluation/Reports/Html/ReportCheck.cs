using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Evaluation.Rows;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Reports.Html;

/// <summary>Holds a report against the rows that it was made of: every figure is counted again.</summary>
public sealed partial record ReportCheck
{
    internal const string ReportFile = "report.json";

    internal const string TextFile = "report.md";

    internal const string RowsName = "report.jsonl";

    internal const string PageFile = "report.html";

    internal const string GoalsFile = "junit.xml";

    private const int Examples = 5;

    /// <summary>Rows that the report was counted from.</summary>
    public required int Rows { get; init; }

    /// <summary>Figures that were compared.</summary>
    public required int Figures { get; init; }

    /// <summary>What does not hold; nothing if the report is what its rows say.</summary>
    public required IReadOnlyList<string> Problems { get; init; }

    /// <summary>Checks the report of a folder.</summary>
    /// <param name="folder">The folder, with <c>report.json</c> and the rows.</param>
    /// <param name="bundle">The bundle that it is to be about; <see langword="null"/> to leave that open.</param>
    /// <exception cref="DataException">There is no report, or no rows beside it, or they are malformed.</exception>
    public static ReportCheck Of(string folder, Bundle? bundle = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var document = ReadDocument(folder);
        var report = Read(document, Path.Combine(folder, ReportFile));
        var rows = ReadRows(folder);
        var problems = new List<string>();
        if (report.RowsSha256 is null)
            problems.Add("rows_sha256: found nothing, expected the digest of the rows: the report is of an older version");
        else if (DigestOf(rows) is var digest && digest != report.RowsSha256)
            problems.Add($"rows_sha256: found {report.RowsSha256}, the rows give {digest}: a row was changed, added or taken away");
        if (rows.Count != report.Summary.Rows)
            problems.Add($"summary.rows: found {report.Summary.Rows}, there are {rows.Count} rows in {RowsName}");

        var counted = JsonSerializer.SerializeToNode(EvaluationSummary.Of(rows, report.Settings), ReportJson.Indented.EvaluationSummary);
        var figures = Compare("summary", document["summary"], counted, problems);
        var recounted = report with { Summary = EvaluationSummary.Of(rows, report.Settings) };
        Compare(folder, TextFile, ReportText.Markdown(recounted), problems);
        Compare(folder, PageFile, HtmlReport.Write(recounted, []), problems);
        if (recounted.Summary.Goals.Count > 0)
            Compare(folder, GoalsFile, JUnitReport.Write(recounted), problems);
        var hidden = rows.Where(r => AnswersOf(r).Any(IsHiddenRefusal)).Select(r => r.Key).ToList();
        if (hidden.Count > 0)
            problems.Add($"{RowsName}: {hidden.Count} rows have answers that the refusal matcher calls refusals and that are told as answered, no judge among them: {string.Join(", ", hidden.Take(Examples))}");
        if (bundle is not null)
        {
            Compare(report.Guard, bundle, problems);
            CompareExposure(rows, RowExposures.Of(bundle), problems);
        }

        return new ReportCheck { Rows = rows.Count, Figures = figures, Problems = problems };
    }

    /// <summary>The report of a folder.</summary>
    /// <param name="folder">The folder, with <c>report.json</c>.</param>
    /// <exception cref="DataException">There is none, or it is malformed.</exception>
    public static EvaluationReport Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return Read(ReadDocument(folder), Path.Combine(folder, ReportFile));
    }

    /// <summary>SHA-256 of rows as they are written, one JSON line each, in the order of their keys, in lower-case hexadecimal.</summary>
    public static string DigestOf(IEnumerable<EvaluatedRow> rows) => RowsFile.DigestOf(rows);

    /// <summary>The rows that the report of a folder was counted from.</summary>
    /// <param name="folder">The folder, with <c>report.jsonl</c>.</param>
    /// <exception cref="DataException">There are none, or they are malformed.</exception>
    public static IReadOnlyList<EvaluatedRow> ReadRows(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return RowsFile.ReadReported(Path.Combine(folder, RowsName));
    }

    private static JsonNode ReadDocument(string folder)
    {
        var path = Path.Combine(folder, ReportFile);
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) ?? throw new DataException($"'{path}': found null, expected a report.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            throw new DataException($"'{path}': {e.Message} Expected the report that `evaluate` writes.", e);
        }
    }

    private static EvaluationReport Read(JsonNode document, string path)
    {
        try
        {
            return document.Deserialize(ReportJson.Indented.EvaluationReport) ?? throw new DataException($"'{path}': found null, expected a report.");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new DataException($"'{path}': {e.Message} Expected the report that `evaluate` writes.", e);
        }
    }

    // What people look at must say what the rows say. Which answers it shows hangs on the order of the data: that section is left aside.
    private static void Compare(string folder, string file, string expected, List<string> problems)
    {
        var path = Path.Combine(folder, file);
        if (File.Exists(path) && Shown(File.ReadAllText(path)) != Shown(expected))
            problems.Add($"{file}: not what the rows give");
    }

    private static string Shown(string page) => Space().Replace(ShownAnswers().Replace(page, ""), " ").Trim();

    // A row that was learned from proves nothing, whatever the report calls it: by its hash, and by its text where it has one.
    private static void CompareExposure(IReadOnlyList<EvaluatedRow> rows, RowExposures exposures, List<string> problems)
    {
        foreach (var group in rows.Where(r => r.Hash is not null)
            .Select(r => (Row: r, Told: exposures.Of(r.Hash!, r.Source), ByText: r.Request is { Length: > 0 } text ? exposures.Of(UsedRows.HashOf(PromptOf(r, text)), r.Source) : (RowExposure?)null))
            .Select(r => (r.Row, Expected: r.ByText == RowExposure.Trained ? RowExposure.Trained : r.Told))
            .Where(r => r.Row.Exposure != r.Expected)
            .GroupBy(r => (r.Row.Exposure, r.Expected)))
        {
            problems.Add($"{RowsName}: {group.Count()} rows are told as {group.Key.Exposure}, by the bundle they are {group.Key.Expected}: {string.Join(", ", group.Select(r => r.Row.Key).Take(Examples))}");
        }
    }

    private static DataRow PromptOf(EvaluatedRow row, string request) =>
        new() { Id = row.Id, Set = row.Set, Messages = [PromptMessage.User(request)], Harmful = row.Harmful, Source = row.Source, Split = row.Split };

    private static IEnumerable<EvaluatedAnswer> AnswersOf(EvaluatedRow row) =>
        new[] { row.Unguarded, row.Guarded, row.SafetyPrompt?.Answer }.Concat(row.Answers?.Values ?? []).OfType<EvaluatedAnswer>();

    private static bool IsHiddenRefusal(EvaluatedAnswer answer) =>
        answer is { IsRefusal: false, Judgement: null, Text.Length: > 0 } && RefusalRules.Default.IsRefusal(answer.Text);

    [GeneratedRegex("<section id=\"examples\">.*?</section>", RegexOptions.Singleline)]
    private static partial Regex ShownAnswers();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();

    private static int Compare(string path, JsonNode? told, JsonNode? counted, List<string> problems)
    {
        switch (told, counted)
        {
            case (JsonObject a, JsonObject b):
                return a.Select(p => p.Key).Union(b.Select(p => p.Key), StringComparer.Ordinal).Sum(k => Compare($"{path}.{k}", a[k], b[k], problems));
            case (JsonArray a, JsonArray b) when a.Count == b.Count:
                return Enumerable.Range(0, a.Count).Sum(i => Compare($"{path}[{i}]", a[i], b[i], problems));
            default:
                if (!IsSame(told, counted))
                    problems.Add($"{path}: found {Show(told)}, the rows give {Show(counted)}");
                return 1;
        }
    }

    // The last digits of a mean may differ from one machine to the next.
    private static bool IsSame(JsonNode? told, JsonNode? counted) => JsonNode.DeepEquals(told, counted)
        || (told is JsonValue a && counted is JsonValue b && a.TryGetValue<double>(out var x) && b.TryGetValue<double>(out var y)
            && Math.Abs(x - y) <= 1e-9 * Math.Max(Math.Abs(x), Math.Abs(y)));

    private static string Show(JsonNode? node) => node?.ToJsonString() switch
    {
        null => "nothing",
        { Length: > 60 } text => text[..60] + "…",
        var text => text,
    };

    private static void Compare(ReportGuard? told, Bundle bundle, List<string> problems)
    {
        if (told is null)
        {
            problems.Add("guard: found nothing, expected the digests of the bundle's files: the report is of an older version");
            return;
        }

        var found = ReportGuard.Of(bundle);
        if (told.ManifestSha256 != found.ManifestSha256)
            problems.Add($"guard.manifest_sha256: found {told.ManifestSha256}, the bundle's {Bundle.ManifestFile} has {found.ManifestSha256}");
        var digests = found.Files.ToDictionary(f => f.File, f => f.Sha256, StringComparer.Ordinal);
        foreach (var file in told.Files.Where(f => digests.GetValueOrDefault(f.File) != f.Sha256))
            problems.Add($"guard.files: {file.File}: found {file.Sha256}, the bundle has {digests.GetValueOrDefault(file.File) ?? "no such file"}");
    }
}
