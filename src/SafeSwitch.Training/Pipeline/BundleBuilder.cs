using SafeSwitch.Bundles;
using SafeSwitch.Settings;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.Settings;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Pipeline;

/// <summary>
/// Turns a model folder with a recipe into a bundle: instrument, collect, judge, train the adapter, train the probes, calibrate and
/// write, evaluate. Every step is the one that can be taken by itself (<see cref="BundleCollector"/> and its neighbours). Steps whose
/// inputs are unchanged are skipped, and an interrupted build resumes; what it keeps between steps is in <c>.build</c> beside the recipe.
/// </summary>
public static class BundleBuilder
{
    /// <summary>Builds a recipe.</summary>
    /// <param name="recipePath">The recipe, in the model's folder.</param>
    /// <param name="dataFolder">Folder of data files that are not beside the recipe.</param>
    /// <param name="options">How to build; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Receives a report per step.</param>
    /// <param name="cancellationToken">Ends the build; it can be resumed.</param>
    /// <returns>The bundle, or <see langword="null"/> if the options end the build before it.</returns>
    /// <exception cref="RecipeException">The recipe is missing, malformed or names what is not there.</exception>
    /// <exception cref="SettingsException">The options can't be used.</exception>
    /// <exception cref="SafeSwitchException">Data, model or states can't be used.</exception>
    public static async Task<Bundle?> BuildAsync(
        string recipePath,
        string? dataFolder,
        BuildOptions? options = null,
        IProgress<BuildProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new BuildOptions();
        DeclaredRanges.ThrowIfInvalid(options);
        StateCollector.CheckShard(options.Shard);
        var recipe = Recipe.Read(recipePath);
        var files = new RecipeFiles(recipePath, dataFolder);
        CheckHost(recipe, options);
        var rows = RecipeRows.Read(recipe, files, options.Strict);
        var steps = new BuildSteps(recipe, files, rows, RefusalTexts.Read(files.Data(recipe.Refusals)), options, progress, cancellationToken);
        foreach (var problem in rows.Problems)
            steps.Report("read", $"left out: {problem}");

        var decoder = steps.Instrument();
        if (options.LastStep == BuildStep.Instrument)
            return null;

        var keys = await steps.CollectAsync(decoder).ConfigureAwait(false);
        if (options.LastStep == BuildStep.Collect || options.Shard.Of > 1)
            return null;

        await steps.JudgeAsync().ConfigureAwait(false);
        if (options.LastStep == BuildStep.Judge)
            return null;

        // Rows that an earlier recipe collected and this one does not name are not trained on.
        using var store = StateStore.Open(steps.StatesFolder, r => keys.Contains(r.Data.Key));
        var key = CacheKey.Of([store.Fingerprint, .. store.Rows]);
        var adapter = await steps.TrainAdapterAsync(decoder, store, key).ConfigureAwait(false);
        if (options.LastStep == BuildStep.Adapter)
            return null;

        var probes = recipe.Probes.Select(p => steps.TrainProbe(p, store, key, ProbeRecord.Folder)).ToList();
        foreach (var reference in recipe.Reference)
            steps.TrainProbe(reference, store, key, BuildSteps.ReferenceFolder);
        if (options.LastStep == BuildStep.Probes)
            return null;

        var bundle = steps.Calibrate(probes, adapter, store, key);
        if (options.LastStep == BuildStep.Evaluate)
            await steps.EvaluateAsync(bundle).ConfigureAwait(false);
        return bundle;
    }

    // Hours are not to be spent on a recipe whose last steps this host can't take.
    private static void CheckHost(Recipe recipe, BuildOptions options)
    {
        if (recipe.Judge is not null && options.JudgeClient is null && options.LastStep >= BuildStep.Judge && options.Shard.Of == 1)
            throw new SettingsException(nameof(BuildOptions), [new SettingProblem("judge_client", "none", "a client for the judge that the recipe names, or an earlier last step")]);
        if (recipe.Evaluation is not null && options.Evaluate is null && options.LastStep >= BuildStep.Evaluate && options.Shard.Of == 1)
            throw new SettingsException(nameof(BuildOptions), [new SettingProblem("evaluate", "none", "what measures the suite that the recipe names, or an earlier last step")]);
    }
}
