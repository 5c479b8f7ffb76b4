using NuGet.Versioning;
using SafeSwitch.Bundles;

namespace SafeSwitch.Cli.Shared;

/// <summary>
/// Where the tool finds a bundle by its name, whatever folder it is run in: the user's own folder, which `bundle fetch` fills, then
/// packages of bundles that a project of the user's has restored.
/// </summary>
internal static class ToolShelf
{
    /// <summary>Names another folder than the usual one.</summary>
    public const string FolderVariable = "SAFESWITCH_BUNDLES";

    private const string PackageBeginning = "safeswitch.models.";

    /// <summary>The user's own folder; it need not exist.</summary>
    public static string UserFolder => Variable(FolderVariable)
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "SafeSwitch", "bundles");

    /// <summary>All of it.</summary>
    public static BundleShelf Current => new([UserFolder, .. RestoredPackages()]);

    /// <inheritdoc cref="BundleShelf.Find"/>
    public static string Find(string bundle) => Current.Find(bundle);

    // The newest version of each.
    private static IEnumerable<string> RestoredPackages()
    {
        var packages = Variable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return Directory.Exists(packages)
            ? Directory.EnumerateDirectories(packages, PackageBeginning + "*").Order(StringComparer.Ordinal)
                .SelectMany(p => Directory.EnumerateDirectories(p).OrderByDescending(v => NuGetVersion.TryParse(Path.GetFileName(v), out var version) ? version : null))
                .Select(v => Path.Combine(v, "bundle"))
            : [];
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
