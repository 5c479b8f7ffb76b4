using System.Reflection;
using System.Security.Cryptography;

namespace SafeSwitch.Training.Rows;

/// <summary>What provenance says of a file.</summary>
public static class DataFile
{
    /// <summary>SHA-256 of a file, in lower-case hexadecimal.</summary>
    public static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}

/// <summary>What provenance says of this package.</summary>
public static class ToolVersion
{
    /// <summary>Name and version, such as <c>SafeSwitch 0.1.0</c>.</summary>
    public static string Text { get; } =
        "SafeSwitch " + (typeof(ToolVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0");
}
