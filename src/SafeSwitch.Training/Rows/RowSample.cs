using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace SafeSwitch.Training.Rows;

/// <summary>Some of many rows.</summary>
internal static class RowSample
{
    /// <summary>Some rows, chosen by the seed and their names alone: neither their order nor other rows of the file matter.</summary>
    public static IEnumerable<DataRow> Pick(IEnumerable<DataRow> rows, int most, int seed, string purpose) =>
        rows.OrderBy(r => StableHash.Of($"{purpose}/{r.Key}", seed)).Take(most);
}

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
