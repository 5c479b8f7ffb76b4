using System.Security.Cryptography;

namespace SafeSwitch.Bundles;

/// <summary>A file that is read whole whenever its bundle is opened.</summary>
public sealed record FileDigest
{
    /// <summary>The files beside the graphs that decide what a model reads and says: its configuration, tokenizer and chat template.</summary>
    public static IReadOnlyList<string> DecidingFiles { get; } =
    [
        "genai_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "special_tokens_map.json",
        "added_tokens.json",
        "chat_template.jinja",
        "chat_template.json",
        "vocab.json",
        "vocab.txt",
        "merges.txt",
        "tokenizer.model",
    ];

    /// <summary>The file, relative to the bundle's folder.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 of the file, in lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Digests of the <see cref="DecidingFiles"/> that a folder holds, for <see cref="BundleManifest.Files"/>.</summary>
    /// <exception cref="IOException">A file can't be read.</exception>
    public static IReadOnlyList<FileDigest> OfFolder(string folder) =>
        [.. DecidingFiles.Where(f => System.IO.File.Exists(Path.Combine(folder, f))).Select(f => new FileDigest { File = f, Sha256 = Compute(Path.Combine(folder, f)) })];

    /// <summary>SHA-256 of a file, in lower-case hexadecimal.</summary>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static string Compute(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 17, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
