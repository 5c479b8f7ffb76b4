using System.Buffers.Binary;
using System.Text;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Onnx.Adapters;

/// <summary>
/// Follows the offsets of an adapter's FlatBuffer. Every one is checked against the buffer, because the file may come from anywhere.
/// </summary>
internal sealed class AdapterReader
{
    private const int MostDims = 8;

    private readonly string path;
    private readonly byte[] bytes;

    private AdapterReader(string path, byte[] bytes)
    {
        this.path = path;
        this.bytes = bytes;
    }

    public static AdapterFile Read(string path, byte[] bytes)
    {
        if (bytes.Length < 8 || !bytes.AsSpan(4, 4).SequenceEqual(Encoding.ASCII.GetBytes(AdapterFile.Identifier)))
        {
            throw new GraphException(path, $"not an adapter ({bytes.Length:N0} bytes without the identifier {AdapterFile.Identifier}).");
        }

        try
        {
            var reader = new AdapterReader(path, bytes);
            var root = reader.Follow(0);
            var version = reader.Int(root, 0);
            if (version != AdapterFile.FormatVersion)
            {
                throw new GraphException(path, $"adapter format {version}; expected {AdapterFile.FormatVersion}.");
            }

            AdapterTensor[] tensors = [.. reader.Tables(root, 3).Select(reader.Tensor)];
            if (tensors.GroupBy(t => t.Name).FirstOrDefault(g => g.Count() > 1) is { } twice)
            {
                throw new GraphException(path, $"the tensor '{twice.Key}' twice; expected each once.");
            }

            return new AdapterFile { AdapterVersion = reader.Int(root, 1), ModelVersion = reader.Int(root, 2), Tensors = tensors };
        }
        catch (Exception e) when (e is ArgumentException or OverflowException)
        {
            throw new GraphException(path, "the adapter is cut short or malformed.", e);
        }
    }

    private AdapterTensor Tensor(int table)
    {
        var (dims, count) = Vector(table, 1);
        var (data, length) = Vector(table, 3);
        var (nameAt, nameLength) = Vector(table, 0);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostDims);
        var name = Encoding.UTF8.GetString(bytes.AsSpan(nameAt, nameLength));
        var shape = new long[count];
        for (var i = 0; i < count; i++)
        {
            shape[i] = BinaryPrimitives.ReadInt64LittleEndian(bytes.AsSpan(dims + (8 * i), 8));
        }

        var type = (ElementType)Int(table, 2);
        var expected = shape.Aggregate((long)type.Size(), (product, dim) => checked(product * dim));
        if (!type.IsFloating() || shape.Any(d => d < 0) || expected != length)
        {
            throw new GraphException(path, $"'{name}' with {length:N0} bytes as {type.Display()} [{string.Join(", ", shape)}]; expected {expected:N0} of a floating-point type.");
        }

        var numbers = bytes.AsMemory(data, length);
        return type.AreFinite(numbers.Span)
            ? new AdapterTensor(name, shape, type, numbers)
            : throw new GraphException(path, $"'{name}' holds a number that is not finite; expected finite numbers.");
    }

    private int Int(int table, int field) => Slot(table, field) is var at and > 0 ? ReadInt(at) : 0;

    private IEnumerable<int> Tables(int table, int field)
    {
        var (start, count) = Vector(table, field);
        for (var i = 0; i < count; i++)
        {
            yield return Follow(start + (4 * i));
        }
    }

    private (int Start, int Count) Vector(int table, int field)
    {
        if (Slot(table, field) is not (> 0 and var at))
        {
            return (0, 0);
        }

        var vector = Follow(at);
        var count = ReadInt(vector);
        return count >= 0 && count <= bytes.Length - vector - 4 ? (vector + 4, count) : throw new ArgumentOutOfRangeException(nameof(field));
    }

    private int Slot(int table, int field)
    {
        var vtable = table - ReadInt(table);
        var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(vtable, 2));
        var entry = 4 + (2 * field);
        var offset = entry + 2 <= length ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(vtable + entry, 2)) : 0;
        return offset == 0 ? 0 : table + offset;
    }

    private int Follow(int at) => at + ReadInt(at);

    private int ReadInt(int at) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(at, 4));
}
