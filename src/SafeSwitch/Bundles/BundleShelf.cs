namespace SafeSwitch.Bundles;

/// <summary>
/// Folders that hold bundles, each in a folder of its own name. A bundle is then called by its name, or by as much of it as only one has:
/// <c>smollm2-135m</c> for <c>smollm2-135m-instruct</c>.
/// </summary>
/// <param name="folders">The folders, those that count first in front. They need not exist.</param>
public sealed class BundleShelf(params IReadOnlyList<string> folders)
{
    /// <summary>Name of the folder beside an application that packages of bundles are copied to.</summary>
    public const string ModelsFolder = "models";

    /// <summary>The bundles beside the running application: <c>models/</c> in its folder.</summary>
    public static BundleShelf OfApplication { get; } = new([.. ApplicationFolders.Select(f => Path.Combine(f, ModelsFolder))]);

    /// <summary>The folders that are looked through.</summary>
    public IReadOnlyList<string> Folders { get; } = [.. folders.Select(Path.GetFullPath)];

    /// <summary>The bundles' folders, as full paths, by name. Of several of one name the first counts.</summary>
    public IReadOnlyList<string> Bundles =>
    [
        .. Folders.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories)
            .Where(f => File.Exists(Path.Combine(f, Bundle.ManifestFile)) && !Path.GetFileName(f).StartsWith('.'))
            .DistinctBy(Path.GetFileName, StringComparer.OrdinalIgnoreCase)
            .OrderBy(Path.GetFileName, StringComparer.OrdinalIgnoreCase),
    ];

    /// <summary>Finds a bundle.</summary>
    /// <param name="bundle">Its folder, or its name on this shelf, in any case. A folder takes precedence over a name.</param>
    /// <param name="baseFolder">What a relative path is relative to, before the application's folder; <see langword="null"/> for the working directory.</param>
    /// <returns>The bundle's folder, as a full path. It exists; what is in it was not looked at.</returns>
    /// <exception cref="BundleException">There is none, or the name may mean several.</exception>
    public string Find(string bundle, string? baseFolder = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(bundle);
        baseFolder = Path.GetFullPath(baseFolder ?? ".");
        var path = Path.GetFullPath(bundle, baseFolder);
        foreach (var folder in ApplicationFolders.Select(f => Path.GetFullPath(bundle, f)).Prepend(path))
        {
            if (Directory.Exists(folder))
                return folder;
        }

        var bundles = Bundles;
        var named = bundles.Where(b => Path.GetFileName(b).Equals(bundle, StringComparison.OrdinalIgnoreCase)).ToArray();
        if (named.Length == 0)
            named = [.. bundles.Where(b => Path.GetFileName(b).StartsWith(bundle + "-", StringComparison.OrdinalIgnoreCase))];
        return named.Length == 1 ? named[0] : throw new BundleException(path, [new BundleProblem(
            bundle, "", named.Length == 0 ? "no such folder" : $"a name that {Names(named)} begin with", $"a bundle's folder, or the name of one: {Known(bundles)}")]);
    }

    // Published as a single file, an application may unpack itself to another folder than the one where its bundles are.
    private static IEnumerable<string> ApplicationFolders => new[] { AppContext.BaseDirectory, Path.GetDirectoryName(Environment.ProcessPath) }.OfType<string>().Distinct();

    private static string Names(IEnumerable<string> bundles) => string.Join(", ", bundles.Select(Path.GetFileName));

    private string Known(IReadOnlyList<string> bundles) =>
        $"{(bundles.Count > 0 ? Names(bundles) : "there is none")} (in {(Folders.Count > 0 ? string.Join(", ", Folders) : "no folder")})";
}
