using System.Globalization;
using Google.FlatBuffers;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace SafeSwitch.OnnxRuntime.Decoding;

/// <summary>
/// Reads the tables of ONNX Runtime's adapter format (FlatBuffers, identifier <c>TORT</c>): an adapter with its format version in
/// slot 0 and its parameters in slot 3; a parameter with name, dimensions, ONNX data type and raw data in slots 0 to 3.
/// </summary>
internal static class AdapterReader
{
    private const string Identifier = "TORT";
    private const int FormatVersion = 1;

    /// <exception cref="InvalidDataException">The bytes are no adapter; the message says what was found and expected.</exception>
    public static IReadOnlyList<AdapterTensor> Read(byte[] file)
    {
        try
        {
            var buffer = new ByteBuffer(file);
            if (file.Length < 8 || !Table.__has_identifier(buffer, Identifier))
                throw new InvalidDataException($"found another kind of file, expected a FlatBuffers file with the identifier {Identifier}");

            var adapter = new Table(buffer.GetInt(0), buffer);
            var version = Int(adapter, slot: 0);
            if (version != FormatVersion)
                throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"found format version {version}, expected {FormatVersion}"));

            var tensors = new List<AdapterTensor>();
            var (start, count) = Vector(adapter, slot: 3);
            for (var i = 0; i < count; i++)
                tensors.Add(ReadTensor(new Table(adapter.__indirect(start + (i * sizeof(int))), buffer), file.Length));
            return tensors;
        }
        catch (Exception e) when (e is ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            throw new InvalidDataException("found a file that is cut short or damaged, expected a whole one", e);
        }
    }

    private static AdapterTensor ReadTensor(Table parameter, int fileLength)
    {
        var nameOffset = parameter.__offset(SlotOffset(0));
        var name = nameOffset == 0 ? "" : parameter.__string(nameOffset + parameter.bb_pos);
        var (dimensions, rank) = Vector(parameter, slot: 1);
        if (rank > (fileLength - dimensions) / sizeof(long))
            throw new InvalidDataException($"found {rank} dimensions of '{name}', expected as many as the file holds");
        var shape = new long[rank];
        for (var i = 0; i < rank; i++)
            shape[i] = parameter.bb.GetLong(dimensions + (i * sizeof(long)));

        var type = (TensorElementType)Int(parameter, slot: 2);
        var (offset, length) = Vector(parameter, slot: 3);
        var expected = shape.Aggregate((long)ElementTypes.SizeOf(type), (a, b) => checked(a * b));
        if (!ElementTypes.IsSupported(type) || shape.Any(d => d < 0))
            throw new InvalidDataException($"found '{name}' as {type} [{string.Join(", ", shape)}], expected a tensor of {ElementTypes.Supported}");
        if (length != expected || offset > fileLength - length)
            throw new InvalidDataException($"found {length} bytes for '{name}', expected the {expected} of {type} [{string.Join(", ", shape)}]");
        return new AdapterTensor(name, shape, type, offset, length);
    }

    private static int SlotOffset(int slot) => 4 + (slot * 2);

    private static int Int(Table table, int slot)
    {
        var offset = table.__offset(SlotOffset(slot));
        return offset == 0 ? 0 : table.bb.GetInt(offset + table.bb_pos);
    }

    private static (int Start, int Count) Vector(Table table, int slot)
    {
        var offset = table.__offset(SlotOffset(slot));
        return offset == 0 ? (0, 0) : (table.__vector(offset), table.__vector_len(offset));
    }
}
