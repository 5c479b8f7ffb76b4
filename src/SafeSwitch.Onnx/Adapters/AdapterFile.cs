using System.Runtime.InteropServices;
using Google.FlatBuffers;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Onnx.Adapters;

/// <summary>
/// An <c>.onnx_adapter</c> file, as ONNX Runtime loads it: a FlatBuffer with the identifier <c>TORT</c>,
/// <c>Adapter{format_version, adapter_version, model_version, parameters: [{name, dims, data_type, raw_data}]}</c>.
/// </summary>
public sealed record AdapterFile
{
    private const string Identifier = "TORT";
    private const int FormatVersion = 1;

    /// <summary>Version of the adapter, the maker's own count.</summary>
    public int AdapterVersion { get; init; } = 1;

    /// <summary>Version of the model it was made for, the maker's own count.</summary>
    public int ModelVersion { get; init; } = 1;

    /// <summary>The tensors.</summary>
    public required IReadOnlyList<AdapterTensor> Tensors { get; init; }

    /// <summary>Writes the file, whole or not at all.</summary>
    /// <exception cref="ArgumentException">A tensor has more or fewer bytes than its shape says.</exception>
    public void Save(string path)
    {
        var builder = new FlatBufferBuilder(1 << 16);
        var parameters = new Offset<int>[Tensors.Count];
        for (var i = 0; i < parameters.Length; i++)
            parameters[i] = Write(builder, Tensors[i]);
        var vector = Vector(builder, parameters);
        builder.StartTable(4);
        builder.AddInt(0, FormatVersion, 0);
        builder.AddInt(1, AdapterVersion, 0);
        builder.AddInt(2, ModelVersion, 0);
        builder.AddOffset(3, vector.Value, 0);
        builder.Finish(builder.EndTable(), Identifier);
        var bytes = builder.DataBuffer.ToArraySegment(builder.DataBuffer.Position, builder.DataBuffer.Length - builder.DataBuffer.Position);
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>Reads a file.</summary>
    /// <exception cref="GraphException">It is missing, cut short or no adapter.</exception>
    public static AdapterFile Load(string path)
    {
        if (!File.Exists(path))
            throw new GraphException(path, "no such file; expected an .onnx_adapter.");
        try
        {
            return AdapterReader.Read(path, File.ReadAllBytes(path), Identifier, FormatVersion);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new GraphException(path, $"can't be read: {exception.Message}", exception);
        }
    }

    private static Offset<int> Write(FlatBufferBuilder builder, AdapterTensor tensor)
    {
        var expected = tensor.Dims.Aggregate(1L, (product, dim) => checked(product * dim)) * tensor.Type.Size();
        if (expected != tensor.Data.Length)
            throw new ArgumentException(
                $"adapter tensor '{tensor.Name}' has {tensor.Data.Length:N0} bytes; [{string.Join(", ", tensor.Dims)}] {tensor.Type.Display()} takes {expected:N0}");

        // Written back to front: the bytes must start on a multiple of eight when the buffer is read from the front.
        var data = tensor.Data.Span;
        builder.StartVector(1, data.Length, 8);
        for (var i = data.Length - 1; i >= 0; i--)
            builder.PutByte(data[i]);
        var raw = builder.EndVector();
        builder.StartVector(8, tensor.Dims.Count, 8);
        for (var i = tensor.Dims.Count - 1; i >= 0; i--)
            builder.PutLong(tensor.Dims[i]);
        var dims = builder.EndVector();
        var name = builder.CreateString(tensor.Name);
        builder.StartTable(4);
        builder.AddOffset(0, name.Value, 0);
        builder.AddOffset(1, dims.Value, 0);
        builder.AddInt(2, (int)tensor.Type, 0);
        builder.AddOffset(3, raw.Value, 0);
        return new Offset<int>(builder.EndTable());
    }

    private static VectorOffset Vector(FlatBufferBuilder builder, Offset<int>[] items)
    {
        builder.StartVector(4, items.Length, 4);
        for (var i = items.Length - 1; i >= 0; i--)
            builder.AddOffset(items[i].Value);
        return builder.EndVector();
    }
}
