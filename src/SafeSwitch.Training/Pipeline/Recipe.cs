using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Calibration;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Training.Pipeline;

/// <summary>
/// Everything that turns a model folder into a bundle, as data: <c>recipe.json</c> in the model's folder. The same recipe, data
/// and machine give the same bundle.
/// </summary>
public sealed record Recipe
{
    /// <summary>Name of the model, for people.</summary>
    public required string Name { get; init; }

    /// <summary>The decoder as it was published, in the recipe's folder.</summary>
    /// <value><c>model.onnx</c>.</value>
    public string Graph { get; init; } = "model.onnx";

    /// <summary>The seed that every random choice comes from.</summary>
    /// <value>1.</value>
    public int Seed { get; init; } = 1;

    /// <summary>What is kept of every row.</summary>
    public required RecipeCollection Collect { get; init; }

    /// <summary>The data files.</summary>
    public required IReadOnlyList<RecipeDataSet> Data { get; init; }

    /// <summary>Wrappers of one's own.</summary>
    public RecipeWrappers? Wrappers { get; init; }

    /// <summary>The file of refusals, by kind of harm.</summary>
    public required string Refusals { get; init; }

    /// <summary>Phrasings of every kind of refusal that the adapter learns. A small adapter says few texts fluently, and mixes many.</summary>
    /// <value>3.</value>
    public int Phrasings { get; init; } = 3;

    /// <summary>The probes to train; one a stage, the prompt stage's at least.</summary>
    public required IReadOnlyList<RecipeProbe> Probes { get; init; }

    /// <summary>Probes of the reference implementation's form, trained on the same rows to compare with; one a stage at most. They go
    /// to the folder <c>reference</c> and are no part of the bundle.</summary>
    public IReadOnlyList<RecipeProbe> Reference { get; init; } = [];

    /// <summary>How the refusal adapter is trained.</summary>
    public AdapterTrainingOptions Adapter { get; init; } = new();

    /// <summary>Thresholds.</summary>
    public RecipeCalibration Calibration { get; init; } = new();
}
