using System.Globalization;
using SafeSwitch.Bundles;
using SafeSwitch.Instrumentation;
using SafeSwitch.Onnx;
using SafeSwitch.Policies;
using SafeSwitch.Training.Adapters;
using SafeSwitch.Training.Judging;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Pipeline;

/// <summary>The steps of one build: what the recipe says goes to the step that can be taken by itself, and what that found is kept.</summary>
internal sealed class BuildSteps(
    Recipe recipe, RecipeFiles files, RecipeRows rows, RefusalTexts refusals, BuildOptions options, IProgress<BuildProgress>? progress, CancellationToken cancellationToken)
{
    /// <summary>Where probes go that the bundle's are compared with; no part of the bundle.</summary>
    public const string ReferenceFolder = "reference";

    private const string LayerPrefix = GraphNames.HiddenStates + ".";

    public string StatesFolder => Path.Combine(files.Work, "states");

    /// <summary>Says what a step does that is not counted in units.</summary>
    public void Report(string step, string note) => progress?.Report(new BuildProgress(step, 0, 0, "", Note: note));

    /// <summary>A copy of the decoder that exports every layer asked for and shares the weights.</summary>
    /// <returns>Its folder.</returns>
    public string Instrument()
    {
        var folder = Path.Combine(files.Work, "decoder");
        var layers = recipe.Collect.Layers!.Distinct().Order().ToList();
        var cache = new StepCache<string>(files.Work, "decoder");
        var key = CacheKey.Of(FileFingerprint.Sample(files.Folder, Graph()).Digest, layers, folder);
        string[] outputs = [Path.Combine(folder, GraphNames.ServingGraph), Path.Combine(folder, GraphNames.TrainingGraph)];
        if (cache.Find(key, outputs) is { } existing)
            return existing;

        Report("instrument", $"exporting {string.Join(", ", layers)} and the final state");
        Instrumenter.Instrument(Path.Combine(files.Folder, recipe.Graph), folder, new InstrumentOptions { Layers = layers });
        return cache.Keep(key, outputs, folder);
    }

    // What counts as a refusal when answers are labelled, as in the verbs: the matcher, the texts that the adapter learns, patterns of the recipe's.
    private RefusalRules Rules => new(recipe.RefusalPatterns, RefusalRules.TextsOf(refusals));

    /// <summary>States and answers of all rows. Resumes by itself: rows that are collected are not run again.</summary>
    /// <returns>The keys of the recipe's rows.</returns>
    public async Task<IReadOnlySet<string>> CollectAsync(string decoder)
    {
        var budgets = recipe.Data.ToDictionary(
            d => Path.GetFileNameWithoutExtension(d.File), d => new CollectionBudget(d.HarmfulAnswers, d.HarmlessAnswers, d.Refusals), StringComparer.Ordinal);
        foreach (var wrappers in recipe.Wrappers)
            budgets[wrappers.Name] = new CollectionBudget(wrappers.HarmfulAnswers, wrappers.HarmlessAnswers, wrappers.Refusals);
        budgets[RowDisguises.Set] = budgets[RowDisguises.Encoded] = new CollectionBudget(0, 0, 0);
        var collector = new BundleCollector(decoder)
        {
            Texts = refusals,
            Rules = Rules,
            Phrasings = recipe.Phrasings,
            BudgetOf = set => budgets[set],
            Seed = recipe.Seed,
            Shard = options.Shard,
            Threads = options.Threads,
        };
        var summary = await collector.CollectAsync(rows.Rows, rows.Files, StatesFolder, recipe.Collect, progress, cancellationToken).ConfigureAwait(false);
        if (summary.Rows > 0)
        {
            Report("collect",
                $"{summary.Rows} rows, {summary.PromptTokens:N0} prompt tokens, of which {summary.TokensRun:N0} were run " +
                $"({1 - (double)summary.TokensRun / summary.PromptTokens:P0} shared with the row before); {summary.AnswerTokens:N0} answer tokens");
        }

        foreach (var note in summary.Notes)
            Report("collect", note);
        foreach (var problem in summary.Problems)
            Report("collect", $"left out: {problem}");
        return rows.Rows.Select(r => r.Key).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Labels of the answers by the recipe's judge; those that the judge gave already are kept, another judge's are not.</summary>
    public async Task JudgeAsync()
    {
        if (recipe.Judge is not { } judge)
        {
            StateJudge.Forget(StatesFolder);
            await StateJudge.JudgeAsync(StatesFolder, rules: Rules, cancellationToken: cancellationToken).ConfigureAwait(false);
            return;
        }

        using var client = options.JudgeClient!(judge);
        var prompt = judge.Prompt is { } file ? JudgePrompt.Read(files.Data(file)) : null;
        var summary = await StateJudge.JudgeAsync(StatesFolder, new ChatJudge(client, judge.Model, prompt), judge.Asking, progress, rules: Rules, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (summary.Failed > 0)
            throw new SafeSwitchException($"The judge failed on {summary.Failed} answers: {summary.LastFailure} What was judged is kept; the next build asks about the others.");
        if (summary.Agreement is { Share: { } share } agreement)
        {
            Report("judge", string.Create(
                CultureInfo.InvariantCulture,
                $"{agreement.Answers:N0} answers labelled by {judge.Model}, {100 * share:0.#}% as by the refusal matcher; {summary.Undecided:N0} undecided"));
        }
    }

    public async Task<AdapterRecord> TrainAdapterAsync(string decoder, StateStore store, string rowsKey)
    {
        string[] outputs = [Path.Combine(files.Folder, AdapterRecord.AdapterOf(AdapterRecord.Refusal)), Path.Combine(files.Folder, AdapterRecord.FileOf(AdapterRecord.Refusal))];
        var cache = new StepCache<AdapterRecord>(files.Work, "adapter");
        var training = recipe.Adapter with { Seed = recipe.Seed, Threads = options.Threads };
        var key = CacheKey.Of(rowsKey, training with { Threads = 0 }, ToolVersion.Text);
        if (cache.Find(key, outputs) is { } existing)
            return existing;

        var trainer = new BundleAdapterTrainer(store, files.Folder) { DecoderFolder = decoder, Texts = refusals, Overwrite = true };
        var record = await trainer.TrainAsync(training, progress, cancellationToken).ConfigureAwait(false);
        var (report, quality) = (record.Report, record.Quality);
        if (report.BaseCanHardlyRefuse)
        {
            Report("adapter",
                $"the base model predicts only {report.BaseTop1:P0} of the refusals' tokens: expect refusals that are less than fluent");
        }

        Report("adapter",
            $"top-1 on held-out refusals {report.BaseTop1:P1} -> {report.AdaptedTop1:P1} ({report.HeldOutTokens:N0} tokens); of {quality.Answers} answers " +
            $"{quality.Refused} refuse, {quality.Fluent} fluently, {quality.NamedTopic} naming the topic");
        return cache.Keep(key, outputs, record);
    }

    /// <param name="probe">What to train.</param>
    /// <param name="decoder">The folder of the decoder that the states are of.</param>
    /// <param name="store">The states.</param>
    /// <param name="rowsKey">The key of the states' rows.</param>
    /// <param name="place">Where the graph and its record go, relative to the bundle.</param>
    public ProbeRecord TrainProbe(ProbeRecipe probe, string decoder, StateStore store, string rowsKey, string place)
    {
        var name = probe.Design.Name;
        string[] outputs = [Path.Combine(files.Folder, ProbeRecord.GraphOf(name, place)), Path.Combine(files.Folder, ProbeRecord.FileOf(name, place))];
        if (probe.CrossFit is not null)
            outputs = [.. outputs, Path.Combine(files.Folder, SourceScores.FileOf(name, place))];
        var cache = new StepCache<ProbeRecord>(files.Work, $"{place}-{name}");
        var calibration = recipe.Calibration;
        var rate = calibration.Bounds.First(b => b.Policy == calibration.DefaultPolicy).MaxFalsePositiveRate;
        var key = CacheKey.Of(rowsKey, probe, recipe.Seed, calibration.PilotTokens, calibration.Benign, calibration.SourceFactor, rate, ProbeTrainer.Version, ToolVersion.Text,
            probe.Classes is { } classes ? DataFile.Sha256(files.Data(classes.File)) : "");
        if (cache.Find(key, outputs) is { } existing)
            return existing;

        var trainer = new BundleProbeTrainer(store, files.Folder)
        {
            DecoderFolder = decoder,
            Overwrite = true,
            Find = files.Data,
            Place = place,
            PilotTokens = calibration.PilotTokens,
            Benign = calibration.Benign,
            SourceFactor = calibration.SourceFactor,
            MaxFalsePositiveRate = rate,
        };
        var training = probe.Training with { Seed = recipe.Seed, Threads = options.Threads };
        return cache.Keep(key, outputs, trainer.Train(probe with { Training = training }, leaveOut: false, progress, cancellationToken).Record!);
    }

    /// <summary>The bundle's own graphs, which export only what its probes read, the thresholds and <c>safeswitch.json</c>.</summary>
    public Bundle Calibrate(IReadOnlyList<ProbeRecord> probes, AdapterRecord adapter, StateStore store, string rowsKey)
    {
        var parts = new TrainedParts(
            probes.First(p => p.Description.Stage == MonitorStage.Prompt), probes.FirstOrDefault(p => p.Description.Stage == MonitorStage.Response), adapter);
        string[] outputs =
        [
            .. ((string[])[Bundle.ManifestFile, GraphNames.ServingGraph, GraphNames.TrainingGraph, adapter.Description.File]).Select(f => Path.Combine(files.Folder, f)),
            .. probes.Select(p => Path.Combine(files.Folder, p.Description.File)),
        ];
        var cache = new StepCache<string>(files.Work, "bundle");
        var key = CacheKey.Of(
            rowsKey, FileFingerprint.Sample(files.Folder, Graph()).Digest, probes, adapter, recipe.Name, recipe.Calibration, rows.Sets, ToolVersion.Text);
        if (cache.Find(key, outputs) is not null)
            return Bundle.Open(files.Folder);

        Report("bundle", "instrumenting the decoder for the probes' layers");
        List<int> layers = [.. probes
            .SelectMany(p => p.Description.HiddenStates)
            .Where(s => s.StartsWith(LayerPrefix, StringComparison.Ordinal))
            .Select(s => int.Parse(s[LayerPrefix.Length..], CultureInfo.InvariantCulture))
            .Distinct()
            .Order()];
        Instrumenter.Instrument(Path.Combine(files.Folder, recipe.Graph), files.Folder, new InstrumentOptions { Layers = layers, Overwrite = true });
        var calibrator = new BundleCalibrator(store, files.Folder) { Name = recipe.Name, DataSets = rows.Sets, Threads = options.Threads, StartsAnew = true };
        var bundle = calibrator.Calibrate(parts, recipe.Calibration, progress, cancellationToken).Bundle;
        cache.Keep(key, outputs, Bundle.ManifestFile);
        return bundle;
    }

    /// <summary>Measures the bundle on the recipe's suite, if it names one.</summary>
    public Task EvaluateAsync(Bundle bundle) => recipe.Evaluation is not { } evaluation ? Task.CompletedTask : options.Evaluate!(
        new BuildEvaluation(
            bundle, Path.Combine(files.Folder, evaluation.Suite), Path.Combine(files.Folder, evaluation.Report), files.DataFolder, options.ThreadCount, progress)
        {
            WithText = evaluation.WithText,
            Judge = evaluation.Judge is { Prompt: { } prompt } judge ? judge with { Prompt = files.Data(prompt) } : evaluation.Judge,
            JudgeSample = evaluation.JudgeSample,
            Strict = options.Strict,
        },
        cancellationToken);

    private string Graph() => File.Exists(Path.Combine(files.Folder, recipe.Graph))
        ? recipe.Graph
        : throw new RecipeException(files.RecipePath, "graph", $"no file '{recipe.Graph}'", "the decoder, in the recipe's folder");
}
