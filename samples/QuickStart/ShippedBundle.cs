using SafeSwitch.Bundles;

namespace SafeSwitch.QuickStart;

/// <summary>The bundle that comes with the repository.</summary>
internal static class ShippedBundle
{
    private const string Name = "models/smollm2-135m-instruct";

    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, Name);
            if (File.Exists(Path.Combine(candidate, Bundle.ManifestFile)))
                return candidate;
        }

        throw new SafeSwitchException($"'{Name}' is not in or above {AppContext.BaseDirectory}. Name a bundle: dotnet run --project samples/QuickStart -- BUNDLE");
    }
}
