using System.Text.Json;

namespace SafeSwitch.Bundles;

/// <summary>A model folder with its <c>safeswitch.json</c>, read and checked; nothing is loaded yet.</summary>
public sealed class Bundle
{
    /// <summary>Name of the file that makes a model folder a bundle.</summary>
    public const string ManifestFile = "safeswitch.json";

    private Bundle(string folder, BundleManifest manifest)
    {
        Folder = folder;
        Manifest = manifest;
    }

    /// <summary>The folder, as a full path.</summary>
    public string Folder { get; }

    /// <summary>What <c>safeswitch.json</c> says.</summary>
    public BundleManifest Manifest { get; }

    /// <summary>Reads a bundle, checks what it says and that its files are the ones that it names.</summary>
    /// <exception cref="BundleException">Something is missing, malformed or not what it was; every problem found is listed.</exception>
    public static Bundle Open(string folder)
    {
        var bundle = Read(folder);
        var problems = new List<BundleProblem>();
        BundleFiles.Check(bundle, problems);
        return problems.Count == 0 ? bundle : throw new BundleException(bundle.Folder, problems);
    }

    /// <summary>Reads <c>safeswitch.json</c> and checks what it says, not the files that it names.</summary>
    /// <exception cref="BundleException">It is missing or malformed.</exception>
    public static Bundle Read(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        folder = Path.GetFullPath(folder);
        var manifest = ReadManifest(folder);
        var problems = new List<BundleProblem>();
        ManifestRules.Check(manifest, problems);
        return problems.Count == 0 ? new Bundle(folder, manifest) : throw new BundleException(folder, problems);
    }

    /// <summary>Writes <c>safeswitch.json</c> into a model folder, whole or not at all.</summary>
    /// <exception cref="BundleException">What it would say is malformed; nothing is written.</exception>
    public static void Write(string folder, BundleManifest manifest)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var problems = new List<BundleProblem>();
        ManifestRules.Check(manifest, problems);
        if (problems.Count > 0)
            throw new BundleException(folder, problems);

        var path = Path.Combine(folder, ManifestFile);
        var temporary = path + ".tmp";
        File.WriteAllText(temporary, JsonSerializer.Serialize(manifest, BundleJson.Default.BundleManifest) + "\n");
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Full path of a file that the bundle names.</summary>
    public string PathOf(string file) => Path.Combine(Folder, file);

    private static BundleManifest ReadManifest(string folder)
    {
        if (!Directory.Exists(folder))
            throw Refusal(folder, new BundleProblem(folder, "", "no such folder", "a bundle's folder"));
        try
        {
            using var stream = File.OpenRead(Path.Combine(folder, ManifestFile));
            return JsonSerializer.Deserialize(stream, BundleJson.Default.BundleManifest)
                ?? throw Refusal(folder, new BundleProblem(ManifestFile, "$", "null", "an object"));
        }
        catch (FileNotFoundException e)
        {
            var problem = new BundleProblem(
                ManifestFile, "", "no such file", "a bundle; `safeswitch build RECIPE` makes one from a model folder");
            throw new BundleException(folder, [problem], e);
        }
        catch (JsonException e)
        {
            throw new BundleException(folder, [new BundleProblem(ManifestFile, e.Path ?? "$", e.Message, "JSON of the schema")], e);
        }
    }

    private static BundleException Refusal(string folder, BundleProblem problem) => new(folder, [problem]);
}
