using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Bundling;

/// <summary>Where files of a bundle are copied from.</summary>
internal abstract class BundleSource : IDisposable
{
    /// <summary>What the bundle is called there.</summary>
    public abstract string Name { get; }

    /// <summary>Where a file is, for people.</summary>
    public abstract string PathOf(string file);

    /// <summary>Opens a file to be read on from an offset.</summary>
    /// <returns>What is left of it; from its beginning (<c>IsWhole</c>) where the source can't begin elsewhere; <see langword="null"/> if there is no such file.</returns>
    public abstract Task<(Stream Content, bool IsWhole)?> OpenAsync(string file, long offset, CancellationToken cancellationToken);

    public void Dispose() => Close();

    protected virtual void Close()
    {
    }
}

/// <summary>A folder of this machine.</summary>
internal sealed class FolderSource(string folder) : BundleSource
{
    public override string Name { get; } = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    public override string PathOf(string file) => Path.Combine(folder, file);

    public override Task<(Stream Content, bool IsWhole)?> OpenAsync(string file, long offset, CancellationToken cancellationToken)
    {
        if (!File.Exists(PathOf(file)))
            return Task.FromResult<(Stream, bool)?>(null);
        var stream = File.OpenRead(PathOf(file));
        stream.Position = Math.Min(offset, stream.Length);
        return Task.FromResult<(Stream, bool)?>((stream, offset == 0));
    }
}

/// <summary>A package with one bundle in it.</summary>
internal sealed class PackageSource : BundleSource
{
    private const string Ending = "/" + Bundles.Bundle.ManifestFile;

    private readonly string package;
    private readonly ZipArchive archive;
    private readonly string folder;

    /// <exception cref="SafeSwitchException">It isn't a package, or has not exactly one bundle.</exception>
    public PackageSource(string package)
    {
        this.package = package;
        try
        {
            archive = ZipFile.OpenRead(package);
        }
        catch (InvalidDataException e)
        {
            throw new SafeSwitchException($"{package}: not a package ({e.Message}), expected a .nupkg.", e);
        }

        string[] found = [.. archive.Entries.Select(e => e.FullName).Where(n => n.EndsWith(Ending, StringComparison.Ordinal)).Select(n => n[..^Ending.Length])];
        if (found.Length != 1)
        {
            archive.Dispose();
            throw new SafeSwitchException($"{package}: found {found.Length} files {Bundles.Bundle.ManifestFile}, expected one.");
        }

        folder = found[0];
    }

    public override string Name => folder.Split('/')[^1];

    public override string PathOf(string file) => $"{package}: {folder}/{file}";

    public override async Task<(Stream Content, bool IsWhole)?> OpenAsync(string file, long offset, CancellationToken cancellationToken) =>
        archive.GetEntry($"{folder}/{file.Replace('\\', '/')}") is { } entry ? (await entry.OpenAsync(cancellationToken).ConfigureAwait(false), true) : null;

    protected override void Close() => archive.Dispose();
}

/// <summary>A folder behind a URL.</summary>
internal sealed class WebSource(HttpClient client, Uri folder) : BundleSource
{
    public override string Name { get; } = Uri.UnescapeDataString(folder.Segments[^1].TrimEnd('/'));

    public override string PathOf(string file) =>
        new Uri($"{folder.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{string.Join('/', file.Split('/', '\\').Select(Uri.EscapeDataString))}{folder.Query}").ToString();

    public override Task<(Stream Content, bool IsWhole)?> OpenAsync(string file, long offset, CancellationToken cancellationToken) =>
        OpenAsync(client, new Uri(PathOf(file)), offset, cancellationToken);

    /// <exception cref="HttpRequestException">The server does not give it.</exception>
    public static async Task<(Stream Content, bool IsWhole)?> OpenAsync(HttpClient client, Uri address, long offset, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (offset > 0)
            request.Headers.Range = new RangeHeaderValue(offset, null);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        switch (response.StatusCode)
        {
            case HttpStatusCode.NotFound or HttpStatusCode.Gone:
                response.Dispose();
                return null;
            // Nothing is left of the file, or the part here is of another one: its digest will say which.
            case HttpStatusCode.RequestedRangeNotSatisfiable:
                response.Dispose();
                return (Stream.Null, false);
            case HttpStatusCode.OK:
                return (await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), true);
            case HttpStatusCode.PartialContent when response.Content.Headers.ContentRange?.From == offset:
                return (await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), false);
            default:
                var status = $"{(int)response.StatusCode} {response.ReasonPhrase}";
                response.Dispose();
                throw new HttpRequestException($"{address}: found the answer {status}, expected 200, or 206 with the part that was asked for.");
        }
    }
}
