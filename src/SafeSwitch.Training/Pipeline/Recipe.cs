using System.ComponentModel.DataAnnotations;
using SafeSwitch.Onnx;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Calibration;
using SafeSwitch.Training.Judging;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Pipeline;

/// <summary>
/// Everything that turns a model folder into a bundle, as data: <c>recipe.json</c> in the model's folder. The same recipe, data
/// and machine give the same bundle.
/// </summary>
public sealed record Recipe : ICheckedSettings
{
    /// <summary>Name of the model, for people.</summary>
    public required string Name { get; init; }

    /// <summary>The decoder as it was published, in the recipe's folder.</summary>
    /// <value><c>model.onnx</c>.</value>
    public string Graph { get; init; } = "model.onnx";

    /// <summary>The seed that every random choice comes from.</summary>
    /// <value>1; any number will do.</value>
    public int Seed { get; init; } = 1;

    /// <summary>What is kept of every row; the layers must be named.</summary>
    public required CollectionOptions Collect { get; init; }

    /// <summary>The data files.</summary>
    public required IReadOnlyList<RecipeDataSet> Data { get; init; }

    /// <summary>Texts that requests are also put into.</summary>
    public IReadOnlyList<RecipeWrappers> Wrappers { get; init; } = [];

    /// <summary>Requests that are also collected disguised; <see langword="null"/> for none.</summary>
    public RecipeDisguises? Disguises { get; init; }

    /// <summary>A file of rows that are left out, or whose language is another, each with the reason; see <see cref="RowCorrections"/>.
    /// <see langword="null"/> for none.</summary>
    public string? Corrections { get; init; }

    /// <summary>The file of refusals, by kind of harm.</summary>
    public required string Refusals { get; init; }

    /// <summary>Regular expressions that the beginning of a refusal matches, beside the matcher and the texts of <see cref="Refusals"/>: for answers in a house style, or in
    /// other languages than English; see <see cref="RefusalRules"/>.</summary>
    public IReadOnlyList<string> RefusalPatterns { get; init; } = [];

    /// <summary>Phrasings of every kind of refusal that the adapter learns. A small adapter says few texts fluently, and mixes many.</summary>
    /// <value>3.</value>
    [Range(1, int.MaxValue)]
    public int Phrasings { get; init; } = 3;

    /// <summary>A chat model that labels the collected answers; <see langword="null"/> for the refusal matcher, <see cref="Refusals"/> and <see cref="RefusalPatterns"/>.</summary>
    public RecipeJudge? Judge { get; init; }

    /// <summary>The probes to train; one a stage, the prompt stage's at least.</summary>
    public required IReadOnlyList<ProbeRecipe> Probes { get; init; }

    /// <summary>Probes of the reference implementation's form, trained on the same rows to compare with; one a stage at most. They go
    /// to the folder <c>reference</c> and aren't part of the bundle.</summary>
    public IReadOnlyList<ProbeRecipe> Reference { get; init; } = [];

    /// <summary>How the refusal adapter is trained.</summary>
    public AdapterTrainingOptions Adapter { get; init; } = new();

    /// <summary>Thresholds.</summary>
    public CalibrationOptions Calibration { get; init; } = new();

    /// <summary>What the bundle is measured on; <see langword="null"/> for nothing.</summary>
    public RecipeEvaluation? Evaluation { get; init; }

    /// <summary>Reads and checks a recipe.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="RecipeException">It is missing, malformed or does not make sense.</exception>
    public static Recipe Read(string path) => SettingsFile.Read<Recipe>(path, "a recipe");

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (Collect.Layers is null)
            yield return new SettingProblem("collect.layers", "nothing", "the layers to collect besides the final one");
        foreach (var problem in RefusalRules.ProblemsOf(RefusalPatterns))
            yield return problem;
        if (Data.Count == 0)
            yield return new SettingProblem("data", "no files", "at least one");
        if (Data.GroupBy(d => Path.GetFileNameWithoutExtension(d.File), StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
            yield return new SettingProblem("data", $"two files called '{twice.Key}'", "names that differ: rows are known by them");
        var sets = Data.Select(d => Path.GetFileNameWithoutExtension(d.File)).Append(RowDisguises.Set).Append(RowDisguises.Encoded).Distinct().Concat(Wrappers.Select(w => w.Name));
        if (sets.GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } taken)
            yield return new SettingProblem("wrappers", $"'{taken.Key}' as the name of two sets", "names that differ from each other and from the data files': rows are known by them");
        // A set that doesn't exist would quietly give no rows.
        var files = Data.Select(d => Path.GetFileNameWithoutExtension(d.File)).ToHashSet(StringComparer.Ordinal);
        foreach (var wrappers in Wrappers)
        {
            if (wrappers.PerWrapper.Keys.Concat(wrappers.Sets).FirstOrDefault(s => !files.Contains(s)) is { } stranger)
                yield return new SettingProblem($"wrappers: {wrappers.Name}", $"the set '{stranger}'", $"sets of `data`: {string.Join(", ", files)}");
        }

        if (Disguises?.Sets.FirstOrDefault(s => !files.Contains(s)) is { } unknown)
            yield return new SettingProblem("disguises.sets", $"'{unknown}'", $"sets of `data`: {string.Join(", ", files)}");
        if (Probes.Count(p => p.Design.Stage == MonitorStage.Prompt) != 1 || Probes.Count(p => p.Design.Stage == MonitorStage.Response) > 1)
            yield return new SettingProblem("probes", string.Join(", ", Probes.Select(p => p.Design.Stage)), "one prompt probe and at most one response probe");
        if (Probes.GroupBy(p => p.Design.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } same)
            yield return new SettingProblem("probes", $"two probes called '{same.Key}'", "names that differ: they are files");
        if (Reference.GroupBy(p => p.Design.Stage).Any(g => g.Count() > 1) || Reference.GroupBy(p => p.Design.Name, StringComparer.Ordinal).Any(g => g.Count() > 1))
            yield return new SettingProblem("reference", string.Join(", ", Reference.Select(p => $"{p.Design.Name} ({p.Design.Stage})")), "one prompt probe and one response probe at most, of different names");
        if (Calibration.Stages == GuardStages.PromptAndResponse && Probes.All(p => p.Design.Stage != MonitorStage.Response))
            yield return new SettingProblem("calibration.stages", $"{Calibration.Stages}", "a response probe, or the prompt stage alone");

        List<string> collected = [.. (Collect.Layers ?? []).Select(GraphNames.HiddenStatesOf), GraphNames.HiddenStates];
        foreach (var probe in Probes.Concat(Reference))
        {
            if (probe.Design.HiddenStates.Except(collected).ToList() is { Count: > 0 } absent)
                yield return new SettingProblem($"probes: {probe.Design.Name}", string.Join(", ", absent), $"states that are collected: {string.Join(", ", collected)}");
        }
    }
}

/// <summary>One data file of a recipe and what is made of it. Rows of the test split are never read.</summary>
public sealed record RecipeDataSet
{
    /// <summary>The file: one beside the recipe, or else in the data folder.</summary>
    public required string File { get; init; }

    /// <summary>Rows taken, at most, chosen by the seed; <see langword="null"/> for all.</summary>
    [Range(0, int.MaxValue)]
    public int? Rows { get; init; }

    /// <summary>Harmful rows taken, at most; <see langword="null"/> for all.</summary>
    [Range(0, int.MaxValue)]
    public int? Harmful { get; init; }

    /// <summary>Harmless rows taken, at most; <see langword="null"/> for all.</summary>
    [Range(0, int.MaxValue)]
    public int? Harmless { get; init; }

    /// <summary>Requests longer than this many characters are not taken; <see langword="null"/> for any length.</summary>
    [Range(1, int.MaxValue)]
    public int? Longest { get; init; }

    /// <summary>Languages that are taken, as the rows name them; <see langword="null"/> for all.</summary>
    public IReadOnlyList<string>? Languages { get; init; }

    /// <summary>Harmful rows that the model answers, for compliance labels.</summary>
    /// <value>None by default.</value>
    [Range(0, int.MaxValue)]
    public int HarmfulAnswers { get; init; }

    /// <summary>Harmless rows that the model answers.</summary>
    /// <value>None by default.</value>
    [Range(0, int.MaxValue)]
    public int HarmlessAnswers { get; init; }

    /// <summary>Harmful rows that the adapter learns to refuse, chosen so that kinds of harm are even.</summary>
    /// <value>None by default.</value>
    [Range(0, int.MaxValue)]
    public int Refusals { get; init; }

    /// <summary>Sources within the file and the licence of each.</summary>
    public IReadOnlyDictionary<string, string> Licences { get; init; } = new Dictionary<string, string>();
}

/// <summary>A chat model that labels answers, behind an OpenAI-compatible endpoint. Requests and answers are sent there.</summary>
public sealed record RecipeJudge : ICheckedSettings
{
    /// <summary>The endpoint's address, such as <c>http://localhost:8000/v1</c>.</summary>
    public required string Endpoint { get; init; }

    /// <summary>The endpoint's model to ask; judgements are recorded under its name.</summary>
    public required string Model { get; init; }

    /// <summary>The environment variable that holds the endpoint's key; <see langword="null"/> if it wants none.</summary>
    public string? ApiKeyEnv { get; init; }

    /// <summary>A file with the prompt, beside the recipe or in the data folder; <see langword="null"/> for <see cref="JudgePrompt.Default"/>.</summary>
    public string? Prompt { get; init; }

    /// <summary>How often a request is repeated, ever later, that met 429, 5xx or no reply.</summary>
    /// <value>5.</value>
    [Range(0, 20)]
    public int Retries { get; init; } = 5;

    /// <summary>Seconds to wait for a reply.</summary>
    /// <value>100.</value>
    [Range(1, 3600)]
    public int Timeout { get; init; } = 100;

    /// <summary>How it is asked.</summary>
    public JudgingOptions Asking { get; init; } = new();

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (!Uri.TryCreate(Endpoint, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            yield return new SettingProblem("endpoint", $"'{Endpoint}'", "an address such as http://localhost:8000/v1");
    }
}

/// <summary>What a bundle is measured on when it is built.</summary>
public sealed record RecipeEvaluation : ICheckedSettings
{
    /// <summary>The suite, beside the recipe.</summary>
    public required string Suite { get; init; }

    /// <summary>The folder of the report, beside the recipe.</summary>
    /// <value><c>evaluation</c>.</value>
    public string Report { get; init; } = "evaluation";

    /// <summary>Whether the report may show requests and answers, some of them, folded away.</summary>
    /// <value><see langword="true"/>.</value>
    public bool WithText { get; init; } = true;

    /// <summary>A chat model that also judges the answers; <see langword="null"/> for the rules of text alone.</summary>
    public RecipeJudge? Judge { get; init; }

    /// <summary>Rows that it is asked about, to say how far the rules of text can be trusted; <see langword="null"/> for all: then what it says is the measure.</summary>
    [Range(1, int.MaxValue)]
    public int? JudgeSample { get; init; }

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (JudgeSample is not null && Judge is null)
            yield return new SettingProblem("judge_sample", "no judge", "the judge that it is about");
    }
}
