using SafeSwitch.Bundles;
using SafeSwitch.Evaluation.Figures;
using SafeSwitch.Evaluation.Rows;
using SafeSwitch.Evaluation.Suites;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Reports;

/// <summary>An evaluation with what a reader must know of how it was made. It holds figures only, no text of any row.</summary>
public sealed record EvaluationReport
{
    /// <summary>The suite's name.</summary>
    public required string Title { get; init; }

    /// <summary>The model folder's name.</summary>
    public required string Model { get; init; }

    /// <summary>The version of the tool.</summary>
    public required string Tool { get; init; }

    /// <summary>The day on which the report was written, UTC.</summary>
    public required DateOnly Date { get; init; }

    /// <summary>What was evaluated, part by part.</summary>
    public ReportGuard? Guard { get; init; }

    /// <summary>On what the figures were put together; its times are those of the machine that made the rows.</summary>
    public ReportMachine? Machine { get; init; }

    /// <summary>How the report is made again, in a shell.</summary>
    public required IReadOnlyList<string> Commands { get; init; }

    /// <summary>The suite and the files that it names besides its data, with their SHA-256.</summary>
    public IReadOnlyList<FileDigest> SuiteFiles { get; init; } = [];

    /// <summary>SHA-256 of the evaluated rows as they are written, one JSON line each, in the order of their keys, in lower-case hexadecimal.</summary>
    public string? RowsSha256 { get; init; }

    /// <summary>Which rows of the data files were taken.</summary>
    public required string Split { get; init; }

    /// <summary>The data files, each with the rows of it that were evaluated.</summary>
    public required IReadOnlyList<DataSetRecord> Data { get; init; }

    /// <summary>Rows that were to be evaluated.</summary>
    public required int Selected { get; init; }

    /// <summary>Lines of the data files that aren't rows.</summary>
    public required int Malformed { get; init; }

    /// <summary>Rows of the split that the suite's corrections leave out.</summary>
    public int Corrected { get; init; }

    /// <summary>How far the methods decoded, and at what thresholds they decided.</summary>
    public required ReportSettings Settings { get; init; }

    /// <summary>The figures.</summary>
    public required EvaluationSummary Summary { get; init; }

    /// <summary>The report of an evaluation that a suite describes.</summary>
    /// <param name="suite">The suite.</param>
    /// <param name="bundle">What was evaluated.</param>
    /// <param name="options">What was compared.</param>
    /// <param name="rows">The evaluated rows.</param>
    /// <param name="selected">The rows that were to be evaluated.</param>
    /// <param name="commands">How to make the report again; <see langword="null"/> to say nothing about it.</param>
    /// <param name="threads">Threads of one run of the model; <see langword="null"/> if the model's folder says.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static EvaluationReport Of(
        SuiteFiles suite, Bundle bundle, EvaluationOptions options, IReadOnlyList<EvaluatedRow> rows, SelectedRows selected, IReadOnlyList<string>? commands = null, int? threads = null)
    {
        ArgumentNullException.ThrowIfNull(suite);
        ArgumentNullException.ThrowIfNull(bundle);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(selected);
        var model = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(bundle.Folder)));
        var counts = rows.CountBy(r => r.Set).ToDictionary(StringComparer.Ordinal);
        return new EvaluationReport
        {
            Title = suite.Suite.Name,
            Model = model,
            Tool = ToolVersion.Text,
            Date = DateOnly.FromDateTime(DateTime.UtcNow),
            Guard = ReportGuard.Of(bundle),
            Machine = ReportMachine.Current(threads),
            Commands = commands ?? [],
            SuiteFiles = [.. suite.FilesFor(bundle).Select(f => new FileDigest { File = Path.GetFileName(f), Sha256 = DataFile.Sha256(f) })],
            RowsSha256 = RowsFile.DigestOf(rows),
            Split = suite.Suite.Split,
            Data = [.. suite.Data.Select(f => new DataSetRecord
            {
                Name = Path.GetFileName(f),
                Sha256 = DataFile.Sha256(f),
                Rows = counts.GetValueOrDefault(Path.GetFileNameWithoutExtension(f)),
            })],
            Selected = selected.Rows.Count,
            Malformed = selected.LeftOut,
            Corrected = selected.Corrected,
            Settings = ReportSettings.Of(options),
            Summary = EvaluationSummary.Of(rows, options),
        };
    }
}
