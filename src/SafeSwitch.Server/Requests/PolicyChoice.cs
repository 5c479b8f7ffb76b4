using Microsoft.AspNetCore.Http;
using SafeSwitch.Server.Json;

namespace SafeSwitch.Server.Requests;

/// <summary>Where a request names its policy.</summary>
internal static class PolicyChoice
{
    public const string Header = "SafeSwitch-Policy";

    public const string MetadataKey = "safeswitch_policy";

    /// <summary>The policy that a request names by its header or in its metadata; <see langword="null"/> if it names none.</summary>
    /// <exception cref="ApiException">It names two.</exception>
    public static string? Of(HttpRequest request, string? inMetadata)
    {
        var header = request.Headers[Header];
        if (header.Count == 0)
            return inMetadata;
        if (header is not [{ Length: > 0 } name])
            throw ApiException.Field(Header, "nothing or several", "one policy's name");
        return inMetadata is null || inMetadata == name ? name : throw ApiException.Field(Header, "another policy than in the metadata", "the same, or one of both");
    }
}
