using System.Runtime.InteropServices;

namespace SafeSwitch.Onnx.Graphs;

/// <summary>Reads single tensors, wherever they are.</summary>
public static class WeightReader
{
    /// <summary>A floating-point tensor as fp32.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="graphPath">The graph it belongs to.</param>
    /// <exception cref="GraphException">Its file can't be read, or it holds no floating-point numbers.</exception>
    public static float[] ReadSingles(TensorProto tensor, string graphPath)
    {
        if (tensor.FloatData.Count > 0)
            return [.. tensor.FloatData];
        var type = (ElementType)tensor.DataType;
        if (tensor.Int32Data.Count > 0 && type is ElementType.Float16 or ElementType.BFloat16)
            return Convert(type, MemoryMarshal.AsBytes<ushort>(tensor.Int32Data.Select(bits => (ushort)bits).ToArray()), tensor.Name, graphPath);
        return Convert(type, ReadBytes(tensor, graphPath), tensor.Name, graphPath);
    }

    /// <summary>A tensor's bytes.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="graphPath">The graph's file, beside which external weights are.</param>
    /// <exception cref="GraphException">Its file can't be read or is cut short.</exception>
    public static byte[] ReadBytes(TensorProto tensor, string graphPath)
    {
        if (ExternalData.Of(tensor) is not { } place)
            return tensor.RawData.ToByteArray();
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(graphPath))!, place.Location);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1);
            var bytes = new byte[place.Length ?? stream.Length - place.Offset];
            stream.Position = place.Offset;
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (IOException e)
        {
            throw new GraphException(path, $"tensor '{tensor.Name}' can't be read: {e.Message}", e);
        }
    }

    private static float[] Convert(ElementType type, ReadOnlySpan<byte> bytes, string name, string graphPath)
    {
        if (type is not (ElementType.Float32 or ElementType.Float16 or ElementType.BFloat16))
            throw new GraphException(graphPath, $"tensor '{name}' is {type.Display()}; expected floating-point numbers.");
        var singles = new float[bytes.Length / type.Size()];
        type.ToSingles(bytes, singles);
        return singles;
    }
}
