using System.CommandLine;
using SafeSwitch.Backends;
using SafeSwitch.Bundles;
using SafeSwitch.OnnxRuntime;

namespace SafeSwitch.Cli.Shared;

/// <summary>The argument and options of a verb that runs a bundle.</summary>
internal sealed class BundleLoader
{
    private readonly Argument<string> bundle = new("BUNDLE") { Description = "A folder with safeswitch.json, or a name that `bundle list` shows" };

    private readonly Option<int?> threads = new Option<int?>("--threads") { Description = "Threads of one run; by default what genai_config.json says, else all processors" }.WithinRangeOf<int?, OnnxRuntimeOptions>(nameof(OnnxRuntimeOptions.IntraOpThreads));

    public void AddTo(Command command)
    {
        command.Add(bundle);
        command.Add(threads);
    }

    /// <summary>Threads of one run of the model; null if its folder says.</summary>
    public int? Threads(VerbCall call) => call.Get(threads);

    /// <summary>The bundle's folder.</summary>
    public string Folder(VerbCall call) => ToolShelf.Find(call.Get(bundle));

    /// <summary>Reads and checks the bundle, then loads it.</summary>
    public LoadedBundle Load(VerbCall call) =>
        new OnnxRuntimeBackend(new OnnxRuntimeOptions { IntraOpThreads = call.Get(threads) }).Load(Bundle.Open(Folder(call)));

    /// <summary>What makes a bundle of a folder that isn't one yet; null where something else is wrong.</summary>
    public string? NextAfter(VerbCall call)
    {
        var folder = call.Get(bundle);
        if (!Directory.Exists(folder))
            return "safeswitch bundle list";
        if (File.Exists(Path.Combine(folder, Bundle.ManifestFile)))
            return null;
        return Directory.Exists(Path.Combine(folder, "probes"))
            ? $"safeswitch calibrate {folder} --states STATES"
            : "safeswitch build RECIPE.json --data DIR";
    }

    /// <summary>A policy of the bundle that must exist.</summary>
    public static void CheckPolicy(BundleManifest manifest, string? name)
    {
        if (name is not null && !manifest.Policies.ContainsKey(name))
            throw new UsageException($"--policy: found '{name}', expected one of: {string.Join(", ", manifest.Policies.Keys)}.");
    }
}
