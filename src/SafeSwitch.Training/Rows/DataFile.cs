using System.Security.Cryptography;

namespace SafeSwitch.Training.Rows;

/// <summary>Facts about a data file as a whole.</summary>
internal static class DataFile
{
    /// <summary>SHA-256 of a file, in lower-case hexadecimal, by which provenance names it.</summary>
    public static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
