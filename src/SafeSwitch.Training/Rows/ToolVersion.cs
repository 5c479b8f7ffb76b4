using System.Reflection;

namespace SafeSwitch.Training.Rows;

/// <summary>The version that provenance names.</summary>
internal static class ToolVersion
{
    public static string Text { get; } =
        "SafeSwitch " + (typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0");
}
