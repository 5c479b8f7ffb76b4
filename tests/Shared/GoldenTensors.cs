using System.Runtime.InteropServices;
using System.Text.Json;

namespace SafeSwitch.Tests;

/// <summary>The tensors of a golden safetensors file, read naively so that the code under test has no part in it.</summary>
internal sealed class GoldenTensors
{
    private readonly byte[] bytes;
    private readonly JsonElement header;
    private readonly int start;

    public GoldenTensors(string path)
    {
        bytes = File.ReadAllBytes(path);
        var length = (int)BitConverter.ToInt64(bytes);
        header = JsonDocument.Parse(bytes.AsMemory(8, length)).RootElement;
        start = 8 + length;
    }

    public IEnumerable<string> Names => header.EnumerateObject().Select(entry => entry.Name).Where(name => name != "__metadata__");

    public long[] Shape(string name) => [.. header.GetProperty(name).GetProperty("shape").EnumerateArray().Select(dim => dim.GetInt64())];

    public float[] Singles(string name) => MemoryMarshal.Cast<byte, float>(Bytes(name)).ToArray();

    public long[] Integers(string name) => MemoryMarshal.Cast<byte, long>(Bytes(name)).ToArray();

    private ReadOnlySpan<byte> Bytes(string name)
    {
        var offsets = header.GetProperty(name).GetProperty("data_offsets");
        return bytes.AsSpan(start + offsets[0].GetInt32(), offsets[1].GetInt32() - offsets[0].GetInt32());
    }
}
