using SafeSwitch.Bundles;
using SafeSwitch.Evaluation.Figures;

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

    /// <summary>How the report is made again, in a shell.</summary>
    public required IReadOnlyList<string> Commands { get; init; }

    /// <summary>Which rows of the data files were taken.</summary>
    public required string Split { get; init; }

    /// <summary>The data files, each with the rows of it that were evaluated.</summary>
    public required IReadOnlyList<DataSetRecord> Data { get; init; }

    /// <summary>Rows that were to be evaluated.</summary>
    public required int Selected { get; init; }

    /// <summary>Lines of the data files that are no rows.</summary>
    public required int Malformed { get; init; }

    /// <summary>How far the methods decoded, and at what thresholds they decided.</summary>
    public required ReportSettings Settings { get; init; }

    /// <summary>The figures.</summary>
    public required EvaluationSummary Summary { get; init; }
}
