using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using SafeSwitch.Backends;

namespace SafeSwitch.Auditing;

/// <summary>A number for a conversation that tells nothing about it without the salt.</summary>
internal static class PromptHash
{
    /// <returns>Lower-case hexadecimal; <see langword="null"/> without a salt.</returns>
    public static string? Of(IEnumerable<PromptMessage> messages, ReadOnlyMemory<byte> salt)
    {
        if (salt.IsEmpty)
            return null;
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, salt.Span);
        foreach (var message in messages)
        {
            Append(message.Role);
            Append(message.Content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());

        // With its length before it, so that no two conversations run together to the same bytes. In pieces: a text may be as long as anything that was refused.
        void Append(string text)
        {
            Span<byte> bytes = stackalloc byte[4096];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, Encoding.UTF8.GetByteCount(text));
            hash.AppendData(bytes[..sizeof(int)]);
            var encoder = Encoding.UTF8.GetEncoder();
            for (var rest = text.AsSpan(); rest.Length > 0;)
            {
                encoder.Convert(rest, bytes, flush: true, out var read, out var written, out _);
                hash.AppendData(bytes[..written]);
                rest = rest[read..];
            }
        }
    }
}
