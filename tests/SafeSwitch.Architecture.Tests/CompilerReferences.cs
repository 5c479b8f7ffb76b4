using Microsoft.CodeAnalysis;

namespace SafeSwitch.Architecture.Tests;

/// <summary>What sources are compiled against: the framework, every package and every assembly of ours.</summary>
internal static class CompilerReferences
{
    public static IReadOnlyList<MetadataReference> All { get; } =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(file => !Path.GetFileName(file).StartsWith("SafeSwitch.Architecture", StringComparison.Ordinal))
            .Select(file => MetadataReference.CreateFromFile(file)),
    ];
}
