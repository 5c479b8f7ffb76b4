using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Evaluation.Goals;
using SafeSwitch.Policies;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;

namespace SafeSwitch.Evaluation.Suites;

/// <summary>A suite with the files that it names found.</summary>
public sealed class SuiteFiles
{
    private readonly string? dataFolder;
    private readonly string? corrections;

    private SuiteFiles(string path, EvaluationSuite suite, string? dataFolder)
    {
        (SuitePath, Suite, this.dataFolder) = (path, suite, dataFolder);
        Data = [.. suite.Data.Select(f => Find("data", f, FolderOf(path), dataFolder).InSuite(path))];
        corrections = suite.Corrections is { } file ? Find("corrections", file, FolderOf(path), dataFolder).InSuite(path) : null;
    }

    /// <summary>What the suite says.</summary>
    public EvaluationSuite Suite { get; }

    /// <summary>The suite's file.</summary>
    public string SuitePath { get; }

    /// <summary>The data files, in the suite's order.</summary>
    public IReadOnlyList<string> Data { get; }

    /// <summary>Reads a suite and finds its data files.</summary>
    /// <param name="path">The suite's file.</param>
    /// <param name="dataFolder">The folder of data files that are not beside it.</param>
    /// <exception cref="RecipeException">It is missing, malformed or does not make sense, or a data file is missing.</exception>
    public static SuiteFiles Open(string path, string? dataFolder = null) => new(path, EvaluationSuite.Read(path), dataFolder);

    /// <summary>Reads the rows that the suite selects.</summary>
    /// <param name="limit">At most that many, spread evenly, in place of the suite's own limit; <see langword="null"/> for that.</param>
    /// <param name="strict">Whether a malformed line ends the reading; otherwise it is left out.</param>
    /// <param name="onProblem">Receives what is wrong with a line that is left out.</param>
    /// <param name="attacks">Requests of either label disguised, in place of the suite's own number; <see langword="null"/> for that.</param>
    /// <exception cref="DataException">A line is malformed, or no row is of the suite's split.</exception>
    /// <exception cref="RecipeException">A line of the corrections is malformed.</exception>
    public SelectedRows ReadRows(int? limit, bool strict, Action<DataProblem> onProblem, int? attacks = null) =>
        RowSelector.Read(Data, Suite.Split, limit ?? Suite.Limit, strict, onProblem, corrections).WithAttacks(attacks ?? Suite.Attacks);

    /// <summary>What the suite compares, for a bundle. A reference form that it loads is the caller's to dispose.</summary>
    /// <exception cref="RecipeException">It names a policy that the bundle lacks, or a file that is missing.</exception>
    public EvaluationOptions Options(LoadedBundle bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var manifest = bundle.Bundle.Manifest;
        var policies = Policies(manifest);
        return new EvaluationOptions
        {
            Policies = policies,
            CheckedPolicy = policies.ContainsKey(manifest.DefaultPolicy) ? manifest.DefaultPolicy : policies.Keys.FirstOrDefault(),
            CheckEvery = Suite.CheckEvery,
            Reference = Suite.Compares(Methods.Reference) ? Reference(Suite.Reference!, bundle) : null,
            SafetyPrompt = Suite.Compares(Methods.SafetyPrompt) ? Suite.SafetyPrompt : null,
            AlwaysOn = Suite.Compares(Methods.AlwaysOn),
            AnswerTokens = Suite.AnswerTokens,
            UtilityTokens = Suite.UtilityTokens,
            RefusalTokens = Suite.RefusalTokens,
            Texts = Texts(bundle.Bundle),
            RefusalPatterns = Suite.RefusalPatterns,
            Breakdowns = Suite.Breakdowns,
            Goals = Goals(policies.Keys),
        };
    }

    /// <summary>The suite and the files that it names besides its data, for a bundle.</summary>
    internal IReadOnlyList<string> FilesFor(Bundle bundle) =>
    [
        SuitePath,
        .. new[] { Suite.Reference?.File, Suite.Reference?.ResponseFile }.OfType<string>().Where(_ => Suite.Compares(Methods.Reference))
            .Select(f => Find("reference", f, FolderOf(SuitePath), bundle.Folder, dataFolder).InSuite(SuitePath)),
        .. new[] { TextsPath(bundle), corrections }.OfType<string>(),
    ];

    private IReadOnlyDictionary<string, EvaluationGoal> Goals(IEnumerable<string> policies)
    {
        string[] methods = [.. Methods.Fixed, .. policies];
        return Suite.Goals.FirstOrDefault(g => g.Value.Policy is { } named && !methods.Contains(named, StringComparer.Ordinal)) is { Key: { } name, Value: { } goal }
            ? throw new RecipeException(SuitePath, $"goals.{name}.policy", $"'{goal.Policy}'", $"a policy or method that is compared: {string.Join(", ", methods)}")
            : Suite.Goals;
    }

    private Dictionary<string, SafetyPolicy> Policies(BundleManifest manifest)
    {
        if (!Suite.Compares(Methods.Policies))
            return [];
        var unknown = Suite.Policies?.FirstOrDefault(p => !manifest.Policies.ContainsKey(p));
        if (unknown is not null)
            throw new RecipeException(SuitePath, "policies", $"'{unknown}'", $"some of: {string.Join(", ", manifest.Policies.Keys)}");
        return (Suite.Policies ?? [.. manifest.Policies.Keys]).Distinct().ToDictionary(p => p, p => manifest.Policies[p]);
    }

    private ReferenceForm Reference(SuiteReference reference, LoadedBundle bundle)
    {
        return ReferenceForm.Load(
            PathOf("file", reference.File),
            reference.ResponseFile is { } response ? PathOf("response_file", response) : null,
            bundle.Model.Info,
            reference.Threshold,
            reference.PilotTokens);

        string PathOf(string field, string file) =>
            Find($"reference.{field}", file, FolderOf(SuitePath), bundle.Bundle.Folder, dataFolder).InSuite(SuitePath);
    }

    private RefusalTexts? Texts(Bundle bundle) => TextsPath(bundle) is { } path ? RefusalTexts.Read(path) : null;

    private string? TextsPath(Bundle bundle)
    {
        if (Suite.Refusals is { } named)
            return Find("refusals", named, FolderOf(SuitePath), bundle.Folder, dataFolder).InSuite(SuitePath);
        var beside = bundle.PathOf(Path.Combine("training", "refusals.json"));
        return File.Exists(beside) ? beside : null;
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private static FoundFile Find(string field, string file, params string?[] folders)
    {
        var places = folders.OfType<string>().Select(Path.GetFullPath).Distinct().ToList();
        return new FoundFile(field, file, places, places.Select(p => Path.Combine(p, file)).FirstOrDefault(File.Exists));
    }

    private sealed record FoundFile(string Field, string Name, IReadOnlyList<string> Places, string? Path)
    {
        public string InSuite(string suite) => Path ?? throw new RecipeException(
            suite, $"{Field}: {Name}", "no such file", $"one in {string.Join(" or ", Places)}");
    }
}
