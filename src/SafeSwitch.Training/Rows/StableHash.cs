using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SafeSwitch.Training.Rows;

/// <summary>A number from a name and a seed, the same on every machine and in every run.</summary>
internal static class StableHash
{
    public static uint Of(string name, int seed)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}:{name}"), digest);
        return BinaryPrimitives.ReadUInt32LittleEndian(digest);
    }
}
