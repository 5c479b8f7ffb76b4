using System.CommandLine;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Evaluation;
using SafeSwitch.Evaluation.Suites;
using SafeSwitch.Policies;
using SafeSwitch.Training.Refusals;

namespace SafeSwitch.Cli.Evaluate;

/// <summary>Which methods are compared and how far they decode.</summary>
internal sealed class ComparisonOptionSet
{
    private static readonly EvaluationOptions Defaults = new() { Policies = new Dictionary<string, SafetyPolicy>() };

    private readonly Option<bool> unguarded = new("--unguarded") { Description = "Only the model by itself" };

    private readonly Option<string[]> policies = new("--policy") { Description = "Policies of the bundle; by default all", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };

    private readonly Option<string?> compare = new("--compare") { Description = "A prompt probe to compare with, the reference form", HelpName = "PROBE.onnx" };

    private readonly Option<string?> compareResponse = new("--compare-response") { Description = "Its second probe, on the first 3 tokens of the answer: the form then intervenes where both say so", HelpName = "PROBE.onnx" };

    private readonly Option<double> compareThreshold = new Option<double>("--compare-threshold")
    {
        Description = "The threshold of each",
        DefaultValueFactory = _ => ReferenceForm.DefaultThreshold,
    }.WithinRangeOf<double, SuiteReference>(nameof(SuiteReference.Threshold));

    private readonly Option<int> maxTokens = new Option<int>("--max-tokens")
    {
        Description = "Maximum number of tokens in an answer",
        DefaultValueFactory = _ => Defaults.AnswerTokens,
    }.WithinRangeOf<int, EvaluationOptions>(nameof(EvaluationOptions.AnswerTokens));

    private readonly Option<int> refusalTokens = new Option<int>("--refusal-tokens")
    {
        Description = "Maximum number of tokens in a refusal",
        DefaultValueFactory = _ => Defaults.RefusalTokens,
    }.WithinRangeOf<int, EvaluationOptions>(nameof(EvaluationOptions.RefusalTokens));

    private readonly Option<int> checkEvery = new Option<int>("--check-every")
    {
        Description = "Every n-th row runs once more with nothing replayed and must give the same tokens; 0 for no row",
        DefaultValueFactory = _ => Defaults.CheckEvery,
    }.WithinRangeOf<int, EvaluationOptions>(nameof(EvaluationOptions.CheckEvery));

    private readonly Option<string?> refusals = new("--refusals")
    {
        Description = "Refusal texts by kind of harm, to tell whether a refusal names its topic; by default training/refusals.json of the bundle",
        HelpName = "FILE.json",
    };

    private readonly RefusalPatternOption patterns = new();

    /// <summary>All of them: a suite says these things by itself.</summary>
    public IEnumerable<Option> Options => [unguarded, policies, compare, compareResponse, compareThreshold, maxTokens, refusalTokens, checkEvery, refusals, patterns.Option];

    public void AddTo(Command command)
    {
        foreach (var option in Options)
            command.Add(option);
    }

    public EvaluationOptions Read(VerbCall call, LoadedBundle bundle)
    {
        var manifest = bundle.Bundle.Manifest;
        var chosen = Policies(call, manifest);
        return new EvaluationOptions
        {
            Policies = chosen,
            CheckedPolicy = chosen.ContainsKey(manifest.DefaultPolicy) ? manifest.DefaultPolicy : chosen.Keys.FirstOrDefault(),
            CheckEvery = call.Get(checkEvery),
            Reference = Reference(call, bundle),
            AnswerTokens = call.Get(maxTokens),
            RefusalTokens = call.Get(refusalTokens),
            Texts = Texts(call, bundle.Bundle),
            RefusalPatterns = patterns.Read(call),
        };
    }

    private ReferenceForm? Reference(VerbCall call, LoadedBundle bundle)
    {
        if (call.Get(compare) is { } file)
            return ReferenceForm.Load(file, call.Get(compareResponse), bundle.Model.Info, call.Get(compareThreshold));
        return call.Has(compareResponse)
            ? throw new UsageException("--compare-response: found no --compare, expected the form's prompt probe there.")
            : null;
    }

    private Dictionary<string, SafetyPolicy> Policies(VerbCall call, BundleManifest manifest)
    {
        if (call.Get(unguarded))
            return [];
        if (call.Get(policies) is not { Length: > 0 } names)
            return manifest.Policies.ToDictionary();
        foreach (var name in names)
            BundleLoader.CheckPolicy(manifest, name);
        return names.Distinct().ToDictionary(n => n, n => manifest.Policies[n]);
    }

    private RefusalTexts? Texts(VerbCall call, Bundle bundle)
    {
        var file = call.Get(refusals) ?? bundle.PathOf(Path.Combine("training", "refusals.json"));
        return call.Has(refusals) || File.Exists(file) ? RefusalTexts.Read(file) : null;
    }
}
