using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SafeSwitch.Training.Settings;

/// <summary>The key of a result that is kept: a digest of everything it was made from.</summary>
internal static class CacheKey
{
    public static string Of(params IEnumerable<object> inputs)
    {
        var text = string.Join('\n', inputs.Select(i => i as string ?? JsonSerializer.Serialize(i, i.GetType(), SettingsFile.Json)));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
