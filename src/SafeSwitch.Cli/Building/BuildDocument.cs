using SafeSwitch.Bundles;
using SafeSwitch.Toolkit.Recipes;

namespace SafeSwitch.Cli.Building;

/// <summary>What <c>build --json</c> writes.</summary>
internal sealed record BuildDocument(string? Folder, BuildStep LastStep, BundleManifest? Manifest, double Seconds)
{
    public static BuildDocument Of(Bundle? bundle, BuildStep lastStep, TimeSpan time) => new(bundle?.Folder, lastStep, bundle?.Manifest, time.TotalSeconds);
}
