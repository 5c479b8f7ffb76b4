using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Serve;

/// <summary>Where a server listens.</summary>
/// <param name="Urls">One or more.</param>
/// <param name="IsOnlyThisMachine">Whether nobody else can reach any of them.</param>
internal sealed record ListenUrls(IReadOnlyList<Uri> Urls, bool IsOnlyThisMachine)
{
    /// <exception cref="UsageException">One is no such URL.</exception>
    public static ListenUrls Read(string text)
    {
        Uri[] urls = [.. text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(ReadOne)];
        return urls.Length > 0 ? new(urls, urls.All(u => u.IsLoopback)) : throw Wrong(text);
    }

    private static Uri ReadOne(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme == Uri.UriSchemeHttp && url.PathAndQuery == "/" && url.UserInfo.Length == 0 ? url : throw Wrong(text);

    private static UsageException Wrong(string found) => new($"--urls: found '{found}', expected http://HOST:PORT.");
}
