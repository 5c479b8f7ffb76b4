using SafeSwitch.Settings;

namespace SafeSwitch.Instrumentation.Import;

/// <summary>
/// Takes over what the reference implementation trained: probers (<c>model_weights.pth</c> with <c>args.json</c>) become probes,
/// refusal heads (<c>lm_head.pth</c>) become adapters. Files are read as data; nothing in them is run.
/// </summary>
public static class ReferenceImporter
{
    /// <summary>Name of a prober's weights.</summary>
    public const string ProberFile = "model_weights.pth";

    /// <summary>Name of a refusal head.</summary>
    public const string HeadFile = "lm_head.pth";

    /// <summary>Whether a path is a refusal head, or a folder with one, rather than a prober.</summary>
    public static bool IsHead(string path) => System.IO.Path.GetFileName(path) == HeadFile || System.IO.File.Exists(System.IO.Path.Combine(path, HeadFile));

    /// <summary>Turns a prober into a probe.</summary>
    /// <param name="path">Its folder, or its weights with <c>args.json</c> beside them.</param>
    /// <param name="file">Where the probe's graph goes.</param>
    /// <param name="options">Options; <see langword="null"/>: the defaults.</param>
    /// <exception cref="ImportException">It isn't a prober, or not one for the model.</exception>
    /// <exception cref="SettingsException">An option is out of its range.</exception>
    public static ImportedProbe ImportProber(string path, string file, ImportOptions? options = null) =>
        ProberImport.Run(Inside(path, ProberFile), file, Checked(options ?? new ImportOptions()));

    /// <summary>Turns a refusal head into an adapter.</summary>
    /// <param name="path">The head, or its folder.</param>
    /// <param name="file">Where the adapter goes.</param>
    /// <param name="options">Options; <see cref="ImportOptions.Model"/> must be set.</param>
    /// <exception cref="ImportException">It isn't a head, or not one for the model.</exception>
    /// <exception cref="SettingsException">An option is out of its range.</exception>
    public static ImportedAdapter ImportHead(string path, string file, ImportOptions options) =>
        HeadImport.Run(Inside(path, HeadFile), file, Checked(options));

    private static ImportOptions Checked(ImportOptions options)
    {
        DeclaredRanges.ThrowIfInvalid(options);
        return options;
    }

    private static string Inside(string path, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (Directory.Exists(path))
            path = System.IO.Path.Combine(path, name);
        return System.IO.File.Exists(path) ? path : throw new ImportException(path, "no such file.");
    }
}
