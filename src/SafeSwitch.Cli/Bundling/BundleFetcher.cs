using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Bundling;

/// <summary>
/// Copies bundles to a folder of bundles. What is fetched grows beside its place and is moved there once every byte is what its
/// manifest says; so a bundle is there whole or not at all, and an interrupted copy goes on where it stopped.
/// </summary>
internal sealed class BundleFetcher(string shelf, BundleChecks checks, IProgress<BuildProgress> progress)
{
    // What comes along where it is there. Nothing depends on it.
    private static readonly string[] Companions = ["LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE", "README.md", BundleSignature.SignatureFile];

    // Nobody knows beforehand how long a file of a foreign server is: a manifest and its companions are small.
    private const long LargestCompanion = 16 << 20;

    // Of graphs and weights the manifest says how long they are; adapters, probes and tokenizers are far smaller than this.
    private const long LargestPart = 2L << 30;

    /// <exception cref="BundleException">What came is not what its manifest says.</exception>
    /// <exception cref="HttpRequestException">It did not come.</exception>
    public async Task<(Bundle Bundle, bool IsNew)> FetchAsync(string from, string? name, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(shelf);
        using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var (source, package) = await OpenAsync(from, client, cancellationToken).ConfigureAwait(false);
        using (source)
        {
            name = Checked(name ?? source.Name);
            var (target, partial) = (Path.Combine(shelf, name), Path.Combine(shelf, $".{name}.partial"));
            Directory.CreateDirectory(partial);
            var manifest = await FetchManifestAsync(source, partial, cancellationToken).ConfigureAwait(false);
            var isNew = !IsThere(target, partial);
            if (isNew)
            {
                await FetchFilesAsync(source, partial, manifest, cancellationToken).ConfigureAwait(false);
                Bundle.Open(partial, checks);
                Directory.Move(partial, target);
            }
            else
            {
                Directory.Delete(partial, recursive: true);
            }

            if (package is not null)
                File.Delete(package);
            return (Bundle.Open(target, checks), isNew);
        }
    }

    private async Task<(BundleSource Source, string? Package)> OpenAsync(string from, HttpClient client, CancellationToken cancellationToken)
    {
        if (Uri.TryCreate(from, UriKind.Absolute, out var address) && address.Scheme is "http" or "https")
        {
            if (address.Scheme == "http" && !address.IsLoopback && checks.TrustedKeys.Count == 0)
                throw new UsageException($"{from}: found http, where anyone on the way can change what comes; expected https, or a key that signed it.");
            if (!IsPackage(address.AbsolutePath))
                return (new WebSource(client, address), null);
            var package = Path.Combine(shelf, $".{Checked(Path.GetFileName(address.AbsolutePath))}.partial");
            await AppendAsync(address.ToString(), package, long.MaxValue, offset => WebSource.OpenAsync(client, address, offset, cancellationToken), cancellationToken).ConfigureAwait(false);
            return (Opened(package), package);
        }

        if (Directory.Exists(from))
            return (new FolderSource(from), null);
        if (File.Exists(from) && IsPackage(from))
            return (new PackageSource(from), null);
        throw new UsageException($"SOURCE: found '{from}', expected a URL (https), a folder, or a package (.nupkg).");

        static PackageSource Opened(string package)
        {
            try
            {
                return new PackageSource(package);
            }
            catch (SafeSwitchException)
            {
                // Resuming it would never repair it.
                File.Delete(package);
                throw;
            }
        }
    }

    // The manifest is fetched every time: it decides which of the other files are still what is asked for.
    private static async Task<BundleManifest> FetchManifestAsync(BundleSource source, string partial, CancellationToken cancellationToken)
    {
        var path = Path.Combine(partial, Bundle.ManifestFile);
        File.Delete(path);
        await AppendAsync(
            source.PathOf(Bundle.ManifestFile), path, LargestCompanion, offset => source.OpenAsync(Bundle.ManifestFile, offset, cancellationToken), cancellationToken).ConfigureAwait(false);
        return Bundle.Read(partial).Manifest;
    }

    private static bool IsThere(string target, string partial)
    {
        if (!Directory.Exists(target))
            return false;
        var (here, there) = (Path.Combine(target, Bundle.ManifestFile), Path.Combine(partial, Bundle.ManifestFile));
        return File.Exists(here) && File.ReadAllBytes(here).AsSpan().SequenceEqual(File.ReadAllBytes(there))
            ? true
            : throw new SafeSwitchException($"{target}: found another bundle of that name; expected none, or another --name. Remove its folder to replace it.");
    }

    private async Task FetchFilesAsync(BundleSource source, string partial, BundleManifest manifest, CancellationToken cancellationToken)
    {
        var files = manifest.AllFiles;
        for (var i = 0; i < files.Count; i++)
        {
            progress.Report(new BuildProgress("fetching", i, files.Count, "files") { Note = files[i].File });
            var largest = manifest.Decoder.Files.FirstOrDefault(f => f.File == files[i].File)?.Length ?? LargestPart;
            await FetchFileAsync(source, partial, files[i], largest, files[i].File == manifest.Decoder.TrainingGraph, cancellationToken).ConfigureAwait(false);
        }

        foreach (var file in Companions)
        {
            if (await source.OpenAsync(file, 0, cancellationToken).ConfigureAwait(false) is not { } opened)
                continue;
            var path = Path.Combine(partial, file);
            File.Delete(path);
            await AppendAsync(source.PathOf(file), path, LargestCompanion, _ => Task.FromResult<(Stream, bool)?>(opened), cancellationToken).ConfigureAwait(false);
        }

        progress.Report(new BuildProgress("fetching", files.Count, files.Count, "files"));
    }

    private static async Task FetchFileAsync(
        BundleSource source, string partial, FileDigest file, long largest, bool isOptional, CancellationToken cancellationToken)
    {
        var path = Path.Combine(partial, file.File);
        if (!Path.GetFullPath(path).StartsWith(Path.GetFullPath(partial) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            throw new SafeSwitchException($"{source.PathOf(Bundle.ManifestFile)}: found the file name '{file.File}', expected one within the bundle's folder.");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Once more from its beginning, if going on gave another file.
        for (var wasBegun = File.Exists(path); ; wasBegun = false)
        {
            if (wasBegun && FileDigest.Compute(path) == file.Sha256)
                return;
            var isThere = await AppendAsync(source.PathOf(file.File), path, largest, offset => source.OpenAsync(file.File, offset, cancellationToken), cancellationToken, isOptional)
                .ConfigureAwait(false);
            if (!isThere)
                return;
            var found = FileDigest.Compute(path);
            if (found == file.Sha256)
                return;
            File.Delete(path);
            if (!wasBegun)
                throw new BundleException(source.PathOf(""), [new BundleProblem(file.File, "sha256", found, file.Sha256)]);
        }
    }

    /// <summary>Copies what a file here lacks of a file there.</summary>
    /// <returns>Whether there is such a file there.</returns>
    private static async Task<bool> AppendAsync(
        string from, string path, long largest, Func<long, Task<(Stream Content, bool IsWhole)?>> open, CancellationToken cancellationToken, bool isOptional = false)
    {
        var begun = File.Exists(path) ? new FileInfo(path).Length : 0;
        if (await open(begun).ConfigureAwait(false) is not { } opened)
            return isOptional ? false : throw new SafeSwitchException($"{from}: found no such file, expected a file of the bundle.");
        var content = opened.Content;
        await using (content.ConfigureAwait(false))
        {
            var file = new FileStream(path, opened.IsWhole ? FileMode.Create : FileMode.Append, FileAccess.Write, FileShare.None, 1 << 17);
            await using (file.ConfigureAwait(false))
            {
                var buffer = new byte[1 << 17];
                for (int read; (read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;)
                {
                    if (file.Length + read > largest)
                        throw new SafeSwitchException($"{from}: found more than {largest} bytes, expected at most that.");
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                }
            }
        }

        return true;
    }

    private static bool IsPackage(string path) => Path.GetExtension(path).ToLowerInvariant() is ".nupkg" or ".zip";

    private static string Checked(string name) =>
        name.Length > 0 && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? name
            : throw new UsageException($"--name: found '{name}', expected letters, digits, '-', '_' and '.', not beginning with '.'.");
}
