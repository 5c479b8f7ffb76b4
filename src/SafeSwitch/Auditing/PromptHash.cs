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

        // With its length before it, so that no two conversations run together to the same bytes.
        void Append(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
    }
}
