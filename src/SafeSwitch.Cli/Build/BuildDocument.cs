using System.Text.Json.Serialization;
using SafeSwitch.Bundles;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Build;

/// <summary>What <c>build --json</c> writes.</summary>
internal sealed record BuildDocument(string? Folder, BuildStep LastStep, BundleManifest? Manifest, double Seconds)
{
    public static BuildDocument Of(Bundle? bundle, BuildStep lastStep, TimeSpan time) => new(bundle?.Folder, lastStep, bundle?.Manifest, time.TotalSeconds);
}

[JsonSerializable(typeof(BuildDocument))]
internal sealed partial class BuildJson : JsonSerializerContext;
