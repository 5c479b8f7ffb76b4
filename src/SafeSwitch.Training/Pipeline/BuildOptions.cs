using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.AI;
using SafeSwitch.Bundles;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Pipeline;

/// <summary>How a recipe is built; nothing here changes what comes out.</summary>
public sealed record BuildOptions
{
    /// <summary>Threads; 0 for one per processor.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 1024)]
    public int Threads { get; init; }

    /// <summary>Whether a malformed row ends the build; otherwise it is reported and left out.</summary>
    public bool Strict { get; init; }

    /// <summary>The last step to take.</summary>
    /// <value>All of them.</value>
    public BuildStep LastStep { get; init; } = BuildStep.Evaluate;

    /// <summary>Which part of the rows this run collects, from 1, and of how many; with more than one, the build ends with it.</summary>
    /// <value>All of them.</value>
    public (int Part, int Of) Shard { get; init; } = (1, 1);

    /// <summary>Makes the client of the judge that a recipe names; the build disposes of it.</summary>
    public Func<RecipeJudge, IChatClient>? JudgeClient { get; init; }

    /// <summary>Measures the bundle on the suite that a recipe names.</summary>
    public Func<BuildEvaluation, CancellationToken, Task>? Evaluate { get; init; }

    internal int ThreadCount => Threads > 0 ? Threads : Environment.ProcessorCount;
}

/// <summary>A built bundle and what it is to be measured on.</summary>
/// <param name="Bundle">The bundle.</param>
/// <param name="Suite">The suite's file.</param>
/// <param name="Report">The report's folder.</param>
/// <param name="DataFolder">The folder of data files that are not beside the suite; <see langword="null"/> for nowhere else.</param>
/// <param name="Threads">Threads of one run of the model.</param>
/// <param name="Progress">Where to report.</param>
public sealed record BuildEvaluation(
    Bundle Bundle, string Suite, string Report, string? DataFolder, int Threads, IProgress<BuildProgress>? Progress)
{
    /// <summary>Whether the report may show requests and answers.</summary>
    /// <value><see langword="true"/>.</value>
    public bool WithText { get; init; } = true;

    /// <summary>Whether the first malformed row of the suite ends the evaluation.</summary>
    /// <value><see langword="false"/>: such rows are left out.</value>
    public bool Strict { get; init; }

    /// <summary>A chat model that also judges the answers; <see langword="null"/> for none. Its prompt is a whole path.</summary>
    public RecipeJudge? Judge { get; init; }

    /// <summary>Rows that it is asked about; <see langword="null"/> for all.</summary>
    public int? JudgeSample { get; init; }
}
