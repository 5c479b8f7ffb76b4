using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SafeSwitch.Bundles;

/// <summary>
/// Length and digest of a large file. Files up to <see cref="WholeFileLimit"/> are read whole; of larger ones,
/// <see cref="SampledBlocks"/> evenly spaced blocks, the first and the last among them, so that gigabytes of weights are told
/// apart in milliseconds. It finds a wrong, truncated or swapped file; it is no proof against a forger.
/// </summary>
public sealed record FileFingerprint
{
    /// <summary>Files up to this many bytes are read whole.</summary>
    public const int WholeFileLimit = 4 << 20;

    /// <summary>Blocks read of a larger file.</summary>
    public const int SampledBlocks = 64;

    private const int BlockLength = 64 << 10;

    /// <summary>The file, relative to the bundle's folder.</summary>
    public required string File { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required long Length { get; init; }

    /// <summary>SHA-256 of the length and the bytes read, in lower-case hexadecimal.</summary>
    public required string Digest { get; init; }

    /// <summary>Reads the fingerprint of a file.</summary>
    /// <param name="folder">The bundle's folder.</param>
    /// <param name="file">The file, relative to it.</param>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static FileFingerprint Compute(string folder, string file)
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

        return new FileFingerprint { File = file, Length = length, Digest = Convert.ToHexStringLower(hash.GetHashAndReset()) };
    }
}
