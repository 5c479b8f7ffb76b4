using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using SafeSwitch.Server.Json;
using SafeSwitch.Server.Settings;

namespace SafeSwitch.Server.Access;

/// <summary>Who calls. Keys are compared by their hashes, each of them at every call, in a time that says nothing.</summary>
internal sealed class ApiKeys(SafeSwitchServerOptions options)
{
    private const string Scheme = "Bearer ";
    private const int LongestKey = 512;

    private readonly (string Name, byte[] Hash)[] keys = [.. options.ApiKeys.Select(k => (k.Name, Convert.FromHexString(k.Sha256)))];

    /// <summary>The key's name; without keys, the caller's address.</summary>
    /// <exception cref="ApiException">There is no key, or not one of ours.</exception>
    public string Check(HttpContext context)
    {
        if (options.AllowAnonymous)
            return context.Connection.RemoteIpAddress?.ToString() ?? "anonymous";
        return Find(context.Request.Headers.Authorization) ?? throw new ApiException(
            StatusCodes.Status401Unauthorized, "invalid_api_key", "The request has no API key that is known here; expected a header 'Authorization: Bearer KEY'.");
    }

    private string? Find(StringValues header)
    {
        if (header is not [{ } value] || !value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || value.Length > Scheme.Length + LongestKey)
            return null;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(value[Scheme.Length..].Trim()), hash);
        string? found = null;
        foreach (var (name, known) in keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, known))
                found = name;
        }

        return found;
    }
}
