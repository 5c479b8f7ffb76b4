using SafeSwitch.Evaluation;
using SafeSwitch.Evaluation.Suites;

namespace SafeSwitch.Cli.Evaluate;

/// <summary>An evaluation that a suite describes.</summary>
/// <param name="Files">The suite and its files.</param>
/// <param name="Folder">Where rows and report go.</param>
/// <param name="Shard">The part of the rows that this process makes.</param>
/// <param name="WithText">Whether the report shows requests and answers.</param>
internal sealed record SuiteCall(SuiteFiles Files, string Folder, (int Part, int Of) Shard, bool WithText)
{
    /// <summary>Whether rows are all that is made.</summary>
    public bool IsPart => Shard.Of > 1;

    public EvaluationFiles Rows => EvaluationFiles.InFolder(Folder, Shard);
}
