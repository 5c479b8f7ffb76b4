using System.Reflection;

namespace SafeSwitch.Toolkit.Recipes;

/// <summary>The version that provenance names.</summary>
internal static class ToolVersion
{
    public static string Text { get; } =
        "SafeSwitch.Toolkit " + (typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0");
}
