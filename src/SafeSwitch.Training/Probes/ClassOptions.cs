using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using SafeSwitch.Settings;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Training.Probes;

/// <summary>
/// How a prompt probe learns to tell kinds of what it finds, such as kinds of harm: one linear network on the average of the content states, with an output a class, divides the
/// probability among them. The probability itself stays what the probe's own networks say.
/// </summary>
public sealed record ClassOptions : ICheckedSettings
{
    /// <summary>The file that says which class the categories of the rows are of, see <see cref="ClassMap"/>.</summary>
    public required string File { get; init; }

    /// <summary>The hidden state that it reads, one of those that were collected; <see langword="null"/> for the last one of the probe's.</summary>
    public string? Layer { get; init; }

    /// <summary>Languages of the rows that it learns from, as their <c>language</c> has them; rows that name none count as such.</summary>
    /// <value>English, <c>en</c>.</value>
    public IReadOnlyList<string> Languages { get; init; } = ["en"];

    /// <summary>Weight of the sum of the squared weights, over standardised features, against the mean loss of a row.</summary>
    /// <value>0.003.</value>
    [Range(0.0, 1e6, MinimumIsExclusive = true)]
    public double Ridge { get; init; } = 0.003;

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (string.IsNullOrWhiteSpace(File))
            yield return new SettingProblem("file", "an empty text", "the file that says which class a category is of");
        if (Layer is { Length: 0 })
            yield return new SettingProblem("layer", "an empty text", "the name of a collected hidden state, or nothing");
        if (Languages.Count == 0)
            yield return new SettingProblem("languages", "none", "at least one language");
    }
}

/// <summary>Which class the categories of published rows are of: <c>{"classes": [{"name", "means", "categories": {SOURCE: [CATEGORY]}}]}</c>. Rows of other categories teach no class.</summary>
public sealed record ClassMap : ICheckedSettings
{
    /// <summary>The name of what a probe with classes lets through, first among its classes.</summary>
    public const string None = "none";

    private Dictionary<(string Source, string Category), string>? classOf;

    /// <summary>What the file is, for people.</summary>
    public string? About { get; init; }

    /// <summary>The classes, at least two, in the order of the probe's outputs.</summary>
    public required IReadOnlyList<MappedClass> Classes { get; init; }

    /// <summary>The names of the classes, in their order.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Names => [.. Classes.Select(c => c.Name)];

    /// <summary>Reads and checks a file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="RecipeException">It is missing, malformed or does not make sense.</exception>
    public static ClassMap Read(string path) => SettingsFile.Read<ClassMap>(path, "classes and the categories of each");

    /// <summary>The class of a category; <see langword="null"/> if it is of none.</summary>
    /// <param name="source">The collection that the row was published in.</param>
    /// <param name="category">Its category there; <see langword="null"/> if it has none.</param>
    public string? Of(string source, string? category)
    {
        classOf ??= Classes.SelectMany(c => c.Categories.SelectMany(s => s.Value.Select(v => (Key: (s.Key, v), c.Name)))).ToDictionary(c => c.Key, c => c.Name);
        return category is null ? null : classOf.GetValueOrDefault((source, category));
    }

    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Check() => DeclaredRanges.Check(this, Between());

    private IEnumerable<SettingProblem> Between()
    {
        if (Classes.Count < 2)
            yield return new SettingProblem("classes", $"{Classes.Count}", "two or more");
        if (Classes.FirstOrDefault(c => string.IsNullOrWhiteSpace(c.Name) || c.Name == None) is { } unnamed)
            yield return new SettingProblem("classes", $"a class called '{unnamed.Name}'", $"a name, other than '{None}', which stands for what is let through");
        if (Classes.GroupBy(c => c.Name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(g => g.Count() > 1) is { } twice)
            yield return new SettingProblem("classes", $"two classes called '{twice.Key}'", "names that differ");
        if (Classes.FirstOrDefault(c => c.Categories.Values.Any(v => v is null || v.Contains(null!))) is { } holed)
            yield return new SettingProblem($"classes: {holed.Name}", "null", "categories");
        else if (Classes.SelectMany(c => c.Categories.SelectMany(s => s.Value.Select(v => (Source: s.Key, Category: v, c.Name)))).GroupBy(c => (c.Source, c.Category)).FirstOrDefault(g => g.Count() > 1) is { } shared)
            yield return new SettingProblem("classes", $"'{shared.Key.Category}' of {shared.Key.Source} in {string.Join(" and ", shared.Select(c => c.Name))}", "every category of a source once");
    }
}

/// <summary>A class and the categories that are of it.</summary>
public sealed record MappedClass
{
    /// <summary>Its name, as verdicts and policies have it.</summary>
    public required string Name { get; init; }

    /// <summary>What it is, for people.</summary>
    public string? Means { get; init; }

    /// <summary>Categories by the source that has them.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> Categories { get; init; }
}
