using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Policies;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Evaluation.Suites;

/// <summary>A suite with the files that it names found.</summary>
/// <param name="path">The suite's file.</param>
/// <param name="suite">The suite.</param>
/// <param name="dataFolder">Where data files lie that are not beside it.</param>
internal sealed class SuiteFiles(string path, EvaluationSuite suite, string? dataFolder)
{
    public EvaluationSuite Suite => suite;

    /// <summary>The suite's file.</summary>
    public string SuitePath => path;

    /// <summary>The data files, in the suite's order.</summary>
    public IReadOnlyList<string> Data { get; } = [.. suite.Data.Select(f => Find("data", f, FolderOf(path), dataFolder).InSuite(path))];

    /// <summary>Reads the rows that the suite selects.</summary>
    public SelectedRows ReadRows(int? limit, bool strict, Action<DataProblem> onProblem) =>
        RowSelector.Read(Data, suite.Split, limit ?? suite.Limit, strict, onProblem);

    /// <summary>What the suite compares, for a bundle.</summary>
    public EvaluationOptions Options(LoadedBundle bundle)
    {
        var manifest = bundle.Bundle.Manifest;
        var policies = Policies(manifest);
        return new EvaluationOptions
        {
            Policies = policies,
            CheckedPolicy = policies.ContainsKey(manifest.DefaultPolicy) ? manifest.DefaultPolicy : policies.Keys.FirstOrDefault(),
            CheckEvery = suite.CheckEvery,
            Reference = suite.Compares(Methods.Reference) ? Reference(suite.Reference!, bundle) : null,
            SafetyPrompt = suite.Compares(Methods.SafetyPrompt) ? suite.SafetyPrompt : null,
            AlwaysOn = suite.Compares(Methods.AlwaysOn),
            AnswerTokens = suite.AnswerTokens,
            UtilityTokens = suite.UtilityTokens,
            RefusalTokens = suite.RefusalTokens,
            Texts = Texts(bundle.Bundle),
        };
    }

    private Dictionary<string, SafetyPolicy> Policies(BundleManifest manifest)
    {
        if (!suite.Compares(SuiteReader.Policies))
            return [];
        var unknown = suite.Policies?.FirstOrDefault(p => !manifest.Policies.ContainsKey(p));
        if (unknown is not null)
            throw new SuiteException(path, "policies", $"'{unknown}'", $"some of: {string.Join(", ", manifest.Policies.Keys)}");
        return (suite.Policies ?? [.. manifest.Policies.Keys]).Distinct().ToDictionary(p => p, p => manifest.Policies[p]);
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
            Find($"reference.{field}", file, FolderOf(path), bundle.Bundle.Folder, dataFolder).InSuite(path);
    }

    private RefusalTexts? Texts(Bundle bundle)
    {
        if (suite.Refusals is { } named)
            return RefusalTexts.Read(Find("refusals", named, FolderOf(path), bundle.Folder, dataFolder).InSuite(path));
        var beside = bundle.PathOf(Path.Combine("training", "refusals.json"));
        return File.Exists(beside) ? RefusalTexts.Read(beside) : null;
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private static FoundFile Find(string field, string file, params string?[] folders)
    {
        var places = folders.OfType<string>().Select(Path.GetFullPath).Distinct().ToList();
        return new FoundFile(field, file, places, places.Select(p => Path.Combine(p, file)).FirstOrDefault(File.Exists));
    }

    private sealed record FoundFile(string Field, string Name, IReadOnlyList<string> Places, string? Path)
    {
        public string InSuite(string suite) => Path ?? throw new SuiteException(
            suite, $"{Field}: {Name}", "no such file", $"one in {string.Join(" or ", Places)}; --data-folder names another place for data");
    }
}
