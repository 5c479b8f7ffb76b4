using System.ComponentModel.DataAnnotations;
using SafeSwitch.Evaluation.Goals;
using SafeSwitch.Settings;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Evaluation.Suites;

/// <summary>An evaluation as data: which rows, which methods, how far to decode. A JSON file, beside the model or the data.</summary>
public sealed record EvaluationSuite : ICheckedSettings
{
    private static readonly string[] KnownMethods = [.. Evaluation.Methods.Fixed, Evaluation.Methods.Policies];

    /// <summary>The suite's name, the report's title.</summary>
    public required string Name { get; init; }

    /// <summary>Data files of labelled rows: beside the suite, or else in the data folder.</summary>
    public required IReadOnlyList<string> Data { get; init; }

    /// <summary>Which rows: <c>train</c>, <c>validation</c>, <c>test</c>, <c>seen</c> (all but test) or <c>all</c>.</summary>
    /// <value><c>test</c>.</value>
    public string Split { get; init; } = DataSplits.Test;

    /// <summary>A file of what is wrong in published rows, beside the suite or in the data folder, as a recipe's: such rows are left out.</summary>
    public string? Corrections { get; init; }

    /// <summary>At most that many rows, spread evenly over all; <see langword="null"/> for all.</summary>
    [Range(1, int.MaxValue)]
    public int? Limit { get; init; }

    /// <summary>Requests of each label that are also evaluated, each in every disguise (<see cref="AttackRows"/>); 0 for none.</summary>
    /// <value>The default is 0.</value>
    [Range(0, 100_000)]
    public int Attacks { get; init; }

    /// <summary>What is compared with the unguarded model, which is always there: <c>safety prompt</c>, <c>always on</c>,
    /// <c>reference</c>, <c>policies</c>.</summary>
    /// <value>All that the suite has what it takes for.</value>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>The bundle's policies that are compared, by name; <see langword="null"/> for all.</summary>
    public IReadOnlyList<string>? Policies { get; init; }

    /// <summary>The text of the safety prompt.</summary>
    /// <value><see cref="Evaluation.SafetyPrompt.DefaultText"/>.</value>
    public string SafetyPrompt { get; init; } = Evaluation.SafetyPrompt.DefaultText;

    /// <summary>The reference probe.</summary>
    public SuiteReference? Reference { get; init; }

    /// <summary>Regular expressions of one's own that the beginning of a refusal matches, in whatever language.</summary>
    public IReadOnlyList<string> RefusalPatterns { get; init; } = [];

    /// <summary>Refusal texts by kind of harm, to tell whether a refusal names its topic.</summary>
    /// <value><c>training/refusals.json</c> of the bundle, where there is one.</value>
    public string? Refusals { get; init; }

    /// <summary>Fields of rows that figures are also told by: <c>category</c>, <c>language</c>, <c>source</c>, <c>kind</c>, or a name in the rows' <c>groups</c>.</summary>
    /// <value>Category, language and every group that the rows have.</value>
    public IReadOnlyList<string>? Breakdowns { get; init; }

    /// <summary>What the figures are to reach, by name: a goal that is missed makes the evaluation end in an error.</summary>
    public IReadOnlyDictionary<string, EvaluationGoal> Goals { get; init; } = new Dictionary<string, EvaluationGoal>();

    /// <summary>Most tokens of an answer.</summary>
    /// <value>The default is 32: enough to tell a refusal from an answer.</value>
    [Range(1, EvaluationOptions.MostTokens)]
    public int AnswerTokens { get; init; } = EvaluationOptions.DefaultAnswerTokens;

    /// <summary>Most tokens of an answer to a row with <c>answer</c>, at least <see cref="AnswerTokens"/>.</summary>
    /// <value>The default is 96.</value>
    [Range(1, EvaluationOptions.MostTokens)]
    public int UtilityTokens { get; init; } = 96;

    /// <summary>Most tokens of a refusal.</summary>
    /// <value>The default is 48.</value>
    [Range(1, EvaluationOptions.MostTokens)]
    public int RefusalTokens { get; init; } = EvaluationOptions.DefaultRefusalTokens;

    /// <summary>The default policy runs every n-th row once more with nothing replayed, and must give the same tokens; 0 for no row.</summary>
    /// <value>The default is 20.</value>
    [Range(0, int.MaxValue)]
    public int CheckEvery { get; init; } = EvaluationOptions.DefaultCheckEvery;

    /// <summary>Reads and checks a suite.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="RecipeException">It is missing, malformed or does not make sense.</exception>
    public static EvaluationSuite Read(string path) => SettingsFile.Read<EvaluationSuite>(path, "an evaluation suite");

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (string.IsNullOrWhiteSpace(Name))
            yield return new("name", "an empty text", "a name");
        if (Data.Count == 0 || Data.Any(string.IsNullOrWhiteSpace))
            yield return new("data", Data.Count == 0 ? "no files" : "a file without a name", "at least one, each with a name");
        if (Data.GroupBy(Path.GetFileNameWithoutExtension, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            yield return new("data", $"two files called '{twice.Key}'", "names that differ: rows are known by them");
        if (Corrections is { } corrections && string.IsNullOrWhiteSpace(corrections))
            yield return new("corrections", "an empty text", "a file, or no such field");
        if (!RowSelector.KnownSplits.Contains(Split))
            yield return new("split", $"'{Split}'", $"one of: {string.Join(", ", RowSelector.KnownSplits)}");
        if (Methods?.FirstOrDefault(m => !KnownMethods.Contains(m, StringComparer.Ordinal)) is { } unknown)
            yield return new("methods", $"'{unknown}'", $"some of: {string.Join(", ", KnownMethods)}");
        if (Compares(Evaluation.Methods.Reference) && Reference is null)
            yield return new("reference", "nothing", "the file of the probe that `methods` asks for");
        if (Reference?.PilotTokens > AnswerTokens)
            yield return new("reference.pilot_tokens", $"{Reference.PilotTokens}", $"at most answer_tokens, {AnswerTokens}");
        if (string.IsNullOrWhiteSpace(SafetyPrompt))
            yield return new("safety_prompt", "an empty text", "what the model is told");
        if (UtilityTokens < AnswerTokens)
            yield return new("utility_tokens", $"{UtilityTokens}", $"at least answer_tokens, {AnswerTokens}");
        if (Breakdowns?.Any(string.IsNullOrWhiteSpace) == true)
            yield return new("breakdowns", "a field without a name", "names of fields");
        foreach (var problem in Goals.SelectMany(g => g.Value.Problems(g.Key)))
            yield return problem;
    }

    /// <summary>Whether a method is compared.</summary>
    internal bool Compares(string method) =>
        Methods?.Contains(method, StringComparer.Ordinal) ?? (method != Evaluation.Methods.Reference || Reference is not null);
}

/// <summary>Probes to compare with, see <see cref="ReferenceForm"/>.</summary>
public sealed record SuiteReference
{
    /// <summary>The graph of the probe on the prompt: beside the suite, in the bundle, or in the data folder.</summary>
    public required string File { get; init; }

    /// <summary>The graph of the probe on the answer's first tokens, likewise; <see langword="null"/> for a form without one.</summary>
    public string? ResponseFile { get; init; }

    /// <summary>The threshold of each, in [0, 1].</summary>
    /// <value>0.5, as in the paper.</value>
    [Range(0.0, 1.0)]
    public double Threshold { get; init; } = ReferenceForm.DefaultThreshold;

    /// <summary>Tokens of the answer that the second one looks at, at least 1.</summary>
    /// <value>3, as in the paper.</value>
    [Range(1, 64)]
    public int PilotTokens { get; init; } = ReferenceForm.DefaultPilotTokens;
}
