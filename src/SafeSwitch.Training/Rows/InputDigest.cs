using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SafeSwitch.Training.Rows;

/// <summary>Digests of inputs.</summary>
internal static class InputDigest
{
    public static string Of(params IEnumerable<object> inputs)
    {
        var text = string.Join('\n', inputs.Select(i => i as string ?? JsonSerializer.Serialize(i, i.GetType(), RecipeJson.Options)));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
    }
}
