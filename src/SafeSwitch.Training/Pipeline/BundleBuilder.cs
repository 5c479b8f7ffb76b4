using SafeSwitch.Bundles;
using SafeSwitch.Training.Probes;
using SafeSwitch.Training.Refusals;
using SafeSwitch.Training.Rows;
using SafeSwitch.Training.States;

namespace SafeSwitch.Training.Pipeline;

/// <summary>
/// Turns a model folder with a recipe into a bundle: instrument, collect, train the adapter, train and calibrate the probes, write.
/// Steps whose inputs are unchanged are skipped, and a build that was ended goes on where it was; what it keeps between
/// steps lies in <c>.build</c> beside the recipe.
/// </summary>
public static class BundleBuilder
{
    // What a bundle is compared with, and no part of it.
    private const string ReferenceFolder = "reference";

    /// <summary>Builds a recipe.</summary>
    /// <param name="recipePath">The recipe, in the model's folder.</param>
    /// <param name="dataFolder">Where data files lie that are not beside the recipe.</param>
    /// <param name="options">How to build; <see langword="null"/> for the defaults.</param>
    /// <param name="progress">Told of every step.</param>
    /// <param name="cancellationToken">Ends the build; it can be resumed.</param>
    /// <returns>The bundle, or <see langword="null"/> if the options end the build before it.</returns>
    /// <exception cref="RecipeException">The recipe is missing, malformed or names what is not there.</exception>
    /// <exception cref="SafeSwitchException">Data, model or states can't be used.</exception>
    public static async Task<Bundle?> BuildAsync(
        string recipePath,
        string? dataFolder,
        BuildOptions? options = null,
        IProgress<BuildProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new BuildOptions();
        var recipe = RecipeReader.Read(recipePath);
        var files = new RecipeFiles(recipePath, dataFolder);
        var rows = RecipeRows.Read(recipe, files, options.Strict);
        var context = new BuildContext(recipe, files, rows, RefusalTexts.Read(files.Data(recipe.Refusals)), options, progress);
        foreach (var problem in rows.Problems)
            context.Report("read", $"left out: {problem}");

        var decoder = DecoderStep.Run(context);
        if (options.LastStep == BuildStep.Instrument)
            return null;

        var (folder, keys) = await CollectionStep.RunAsync(context, decoder, cancellationToken).ConfigureAwait(false);
        if (options.LastStep == BuildStep.Collect || options.Shard.Of > 1)
            return null;

        // Rows that an earlier recipe collected and this one does not name are not trained on.
        using var store = StateStore.Open(folder, r => keys.Contains(r.Data.Key));
        var digest = InputDigest.Of([decoder.Fingerprint, .. store.Rows]);
        var adapter = await AdapterStep.RunAsync(context, decoder, store, digest, cancellationToken).ConfigureAwait(false);
        if (options.LastStep == BuildStep.Adapter)
            return null;

        var probes = recipe.Probes
            .Select(p => ProbeStep.Run(context, p, store, digest, ProbeRecord.Folder, cancellationToken))
            .ToList();
        foreach (var reference in recipe.Reference)
            ProbeStep.Run(context, reference, store, digest, ReferenceFolder, cancellationToken);
        if (options.LastStep == BuildStep.Probes)
            return null;

        var calibrated = probes.ConvertAll(p => CalibrationStep.Run(context, p, store, digest, cancellationToken));
        return ManifestStep.Run(context, calibrated, adapter);
    }
}
