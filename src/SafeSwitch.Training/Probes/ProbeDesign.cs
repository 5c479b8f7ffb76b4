using System.Text.Json.Serialization;
using System.ComponentModel.DataAnnotations;
using SafeSwitch.Onnx;
using SafeSwitch.Policies;
using SafeSwitch.Settings;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Probes;

/// <summary>A probe before training: one network, or several averaged in one graph.</summary>
public sealed record ProbeDesign : ICheckedSettings
{
    /// <summary>Name in the bundle.</summary>
    public required string Name { get; init; }

    /// <summary>Prompt (is the request harmful?) or response (is the model complying?).</summary>
    public required MonitorStage Stage { get; init; }

    /// <summary>The networks.</summary>
    public required IReadOnlyList<ProbeMemberDesign> Members { get; init; }

    /// <summary>What they are averaged in.</summary>
    public EnsembleAverage Average { get; init; } = EnsembleAverage.Logits;

    /// <summary>The reference implementation's probe on the prompt: last position, final layer, one hidden layer of 64.</summary>
    public static ProbeDesign Reference { get; } = new()
    {
        Name = "prompt",
        Stage = MonitorStage.Prompt,
        Members = [new() { Pooling = ProbePooling.Last, Layers = [GraphNames.HiddenStates] }],
    };

    /// <summary>How the positions are pooled, for people.</summary>
    public string Describe() => Members is [{ Copies: 1 } only]
        ? only.ToString()
        : $"average of {string.Join(", ", Members)}";

    internal IReadOnlyList<string> HiddenStates => [.. Members.SelectMany(m => m.Layers).Distinct()];

    internal IEnumerable<ProbeMemberDesign> Networks => Members.SelectMany(m => Enumerable.Repeat(m with { Copies = 1 }, m.Copies));

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        // It names files within the bundle, and must not lead out of it.
        if (!PartNames.IsUsable(Name))
            yield return new SettingProblem("name", $"'{Name}'", PartNames.Expected);
        if (Members.Count == 0)
            yield return new SettingProblem("members", "none", "at least one");
    }
}

/// <summary>What the members of an ensemble are averaged in.</summary>
public enum EnsembleAverage
{
    /// <summary>Log-odds: a member that is sure outweighs members that are not.</summary>
    Logits,

    /// <summary>Probabilities: no member can say more than one.</summary>
    Probabilities,
}

/// <summary>How a design is tried on sources that it never saw: it is trained again without a part of all sources, harmful and harmless,
/// until every source has been left out once.</summary>
public sealed record CrossFitOptions
{
    /// <summary>Parts that the sources are dealt into.</summary>
    /// <value>4.</value>
    [Range(2, 64)]
    public int Folds { get; init; } = 4;

    /// <summary>Copies of every network in each of those trainings; <see langword="null"/> for as many as the design has.</summary>
    [Range(1, 64)]
    public int? Copies { get; init; }

    /// <summary>Sources, or sets of wrapped rows, that are left out together because they are of one origin.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Together { get; init; } = [];
}

/// <summary>A probe and how it is trained, as a recipe or a design file has it.</summary>
public sealed record ProbeRecipe : ICheckedSettings
{
    /// <summary>What is trained.</summary>
    public required ProbeDesign Design { get; init; }

    /// <summary>How. In a recipe, the seed is the recipe's.</summary>
    public ProbeTrainingOptions Training { get; init; } = new();

    /// <summary>How it is tried on sources that it never saw; <see langword="null"/>: it is not, and thresholds are set on validation rows
    /// of sources that it was trained on.</summary>
    public CrossFitOptions? CrossFit { get; init; }

    /// <summary>How a prompt probe also learns to tell what it can't read; <see langword="null"/>: it does not.</summary>
    public CoverageOptions? Coverage { get; init; }

    /// <summary>How a prompt probe also learns to tell kinds of what it finds; <see langword="null"/>: it does not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ClassOptions? Classes { get; init; }

    /// <summary>What it tells, as verdicts and figures call it, such as <c>investment-advice</c>.</summary>
    /// <value><see langword="null"/>: harm for a prompt probe called <c>prompt</c>, its name for another one, complying at the response stage.</value>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Label { get; init; }

    /// <summary>The label as a bundle has it; <see langword="null"/> for the usual one of the stage.</summary>
    internal string? Told => Label ?? (Design.Stage == MonitorStage.Response || Design.Name == "prompt" ? null : Design.Name);

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (Label is not null && string.IsNullOrWhiteSpace(Label))
            yield return new SettingProblem("label", "an empty text", "what it tells, or no such field");
        if (Classes is not null && Design.Stage != MonitorStage.Prompt)
            yield return new SettingProblem("classes", $"a probe at the {Design.Stage} stage", "the prompt stage: it is requests that are of a kind");
        if (Coverage is not null && Design.Stage != MonitorStage.Prompt)
            yield return new SettingProblem("coverage", $"a probe at the {Design.Stage} stage", "the prompt stage: what can't be read is known of requests");
    }
}
