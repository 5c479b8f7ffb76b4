using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SafeSwitch.Bundles;

/// <summary>
/// A graph or a file of weights: its length, a digest of samples that tells gigabytes apart in milliseconds, and a digest of all of it.
/// Opening a bundle compares length and samples, which finds a wrong, truncated or swapped file but few changed bytes;
/// <see cref="BundleChecks.VerifyWeights"/> compares every byte.
/// </summary>
public sealed record FileFingerprint
{
    /// <summary>Files up to this many bytes are read whole for <see cref="Digest"/>.</summary>
    public const int WholeFileLimit = 4 << 20;

    /// <summary>Blocks read of a larger file, evenly spaced, the first and the last among them.</summary>
    public const int SampledBlocks = 64;

    private const int BlockLength = 64 << 10;

    /// <summary>The file, relative to the bundle's folder.</summary>
    public required string File { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>SHA-256 of the length and the sampled bytes, in lower-case hexadecimal.</summary>
    public required string Digest { get; init; }

    /// <summary>SHA-256 of the whole file, in lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Reads a file whole, for <see cref="DecoderDescription.Files"/>.</summary>
    /// <param name="folder">The bundle's folder.</param>
    /// <param name="file">The file, relative to it.</param>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static FileFingerprint Compute(string folder, string file)
    {
        var (length, digest) = Sample(folder, file);
        return new FileFingerprint { File = file, Length = length, Digest = digest, Sha256 = FileDigest.Compute(Path.Combine(folder, file)) };
    }

    /// <summary>Length of a file and the digest of its samples, whatever its size in milliseconds.</summary>
    /// <param name="folder">The bundle's folder.</param>
    /// <param name="file">The file, relative to it.</param>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static (long Length, string Digest) Sample(string folder, string file)
    {
        using var stream = new FileStream(Path.Combine(folder, file), FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1);
        var length = stream.Length;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> header = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(header, length);
        hash.AppendData(header);

        var sampled = length > WholeFileLimit;
        var blocks = sampled ? SampledBlocks : (length + BlockLength - 1) / BlockLength;
        var block = new byte[BlockLength];
        for (var i = 0L; i < blocks; i++)
        {
            stream.Position = sampled ? i * (length - BlockLength) / (SampledBlocks - 1) : i * BlockLength;
            var read = stream.ReadAtLeast(block, BlockLength, throwOnEndOfStream: false);
            hash.AppendData(block, 0, read);
        }

        return (length, Convert.ToHexStringLower(hash.GetHashAndReset()));
    }
}
