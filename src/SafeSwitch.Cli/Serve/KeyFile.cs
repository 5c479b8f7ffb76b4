using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Server.Settings;

namespace SafeSwitch.Cli.Serve;

/// <summary>The API keys of a server: a file of hashes, or one key in the environment.</summary>
internal static class KeyFile
{
    private const int ShortestKey = 16;

    /// <exception cref="UsageException">Both are given, or one of them holds no key.</exception>
    public static IReadOnlyList<ApiKeyOptions> Read(string? file, string? key)
    {
        if (file is not null && key is not null)
            throw new UsageException($"--keys: found a file, and {ServeVerb.KeyVariable} set; expected one of both.");
        if (key is not null)
        {
            return key.Length >= ShortestKey
                ? [new ApiKeyOptions { Name = ServeVerb.KeyVariable, Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))) }]
                : throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"{ServeVerb.KeyVariable}: found {key.Length} characters, expected at least {ShortestKey}: openssl rand -base64 32."));
        }

        if (file is null)
            return [];
        ApiKeyOptions[] keys = [.. File.ReadAllLines(file).Select((line, i) => (line, i)).Where(l => !string.IsNullOrWhiteSpace(l.line)).Select(l => ReadLine(file, l.line, l.i + 1))];
        return keys.Length > 0 ? keys : throw new UsageException($"--keys: {file} holds no key, expected lines 'NAME SHA256'.");
    }

    private static ApiKeyOptions ReadLine(string file, string line, int number)
    {
        var parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var key = new ApiKeyOptions { Name = parts[0], Sha256 = parts.Length == 2 ? parts[1] : "" };
        return key.Check().Any()
            ? throw new UsageException(string.Create(CultureInfo.InvariantCulture, $"--keys: {file}, line {number}: expected 'NAME SHA256', the second 64 hexadecimal digits: printf %s KEY | sha256sum."))
            : key;
    }
}
