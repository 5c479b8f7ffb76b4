using System.IO.Compression;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Import;

/// <summary>Tensors saved by PyTorch: a zip with a pickle that names them and a file of numbers for each.</summary>
internal sealed class TorchFile : IDisposable
{
    private const int LargestPickle = 16 << 20;
    private const int MostUnpacked = 1032; // times its length, by deflate
    private const string Pickle = "/data.pkl";

    private readonly ZipArchive archive;
    private readonly string root;

    private TorchFile(string path, ZipArchive archive, string root)
    {
        Path = path;
        this.archive = archive;
        this.root = root;
    }

    public string Path { get; }

    /// <summary>The tensors by name; a tensor saved alone has an empty name.</summary>
    public IReadOnlyDictionary<string, TorchTensor> Tensors { get; private set; } = new Dictionary<string, TorchTensor>();

    /// <summary>Opens a file and reads what it names, not the numbers.</summary>
    /// <exception cref="ImportException">It isn't such a file, or holds anything but tensors.</exception>
    public static TorchFile Open(string path)
    {
        ZipArchive archive;
        try
        {
            if (IsLegacy(path))
                throw new ImportException(path, "saved in PyTorch's old format. Load it and save it again with PyTorch 1.6 or later.");
            archive = ZipFile.OpenRead(path);
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new ImportException(path, $"not a whole .pth file: {e.Message}", e);
        }

        try
        {
            var pickle = archive.Entries.Where(entry => entry.FullName.EndsWith(Pickle, StringComparison.Ordinal)).ToList();
            if (pickle.Count != 1 || pickle[0].Length > LargestPickle)
                throw new ImportException(path, "a zip without the one data.pkl that PyTorch writes.");
            var file = new TorchFile(path, archive, pickle[0].FullName[..^Pickle.Length]);
            file.CheckByteOrder();
            file.Tensors = Named(TensorUnpickler.Read(file.Bytes(pickle[0], pickle[0].Length)), path);
            return file;
        }
        catch (UnpicklingException e)
        {
            archive.Dispose();
            throw new ImportException(path, $"{e.Message}. Expected tensors only; nothing was run.", e);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            // The directory of a zip is read when it is first asked for.
            archive.Dispose();
            throw new ImportException(path, $"not a whole .pth file: {e.Message}", e);
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }

    /// <summary>A tensor's numbers, row-major, as fp32.</summary>
    /// <exception cref="ImportException">They are missing, cut short or not finite.</exception>
    public float[] Read(string name)
    {
        var tensor = Tensors[name];
        var storage = tensor.Storage;
        var entry = archive.GetEntry($"{root}/data/{storage.Key}")
            ?? throw new ImportException(Path, $"the numbers of '{name}' (data/{storage.Key}) are missing.");
        if (storage.Length > entry.Length / storage.Type.Size())
            throw new ImportException(Path, $"the numbers of '{name}' (data/{storage.Key}) take {entry.Length:N0} bytes; expected {storage.Length:N0} numbers of {storage.Type.Size()}.");
        var expected = storage.Length * storage.Type.Size();
        var all = TorchNumbers.ToSingles(Bytes(entry, expected), storage.Type);
        var values = TorchNumbers.Gather(all, tensor);
        if (!values.All(float.IsFinite))
            throw new ImportException(Path, $"'{name}' holds numbers that are not finite (NaN or infinity): the training went wrong.");
        return values;
    }

    public void Dispose() => archive.Dispose();

    private byte[] Bytes(ZipArchiveEntry entry, long length)
    {
        // No entry unpacks to more; what claims to is damaged, and memory is not given out for it.
        if (length / MostUnpacked > new FileInfo(Path).Length)
            throw new ImportException(Path, $"'{entry.FullName}' claims {length:N0} bytes; the file is damaged.");
        try
        {
            var bytes = new byte[checked((int)length)];
            using var stream = entry.Open();
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is InvalidDataException or IOException or OverflowException)
        {
            throw new ImportException(Path, $"'{entry.FullName}' can't be read: {e.Message}", e);
        }
    }

    private void CheckByteOrder()
    {
        if (archive.GetEntry($"{root}/byteorder") is { Length: < 16 } order && !Bytes(order, order.Length).AsSpan().SequenceEqual("little"u8))
            throw new ImportException(Path, "written by a big-endian machine; expected little-endian numbers.");
    }

    private static Dictionary<string, TorchTensor> Named(object? value, string path) => value switch
    {
        TorchTensor tensor => new() { [""] = tensor },
        TorchDictionary dictionary when dictionary.Values.Values.All(item => item is TorchTensor) =>
            dictionary.Values.ToDictionary(pair => pair.Key, pair => (TorchTensor)pair.Value!),
        _ => throw new ImportException(path, "holds something other than tensors; expected a state dictionary or one tensor."),
    };

    /// <summary>The old format is a row of pickles, the first a magic number.</summary>
    private static bool IsLegacy(string path)
    {
        using var stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[4];
        return stream.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && start.SequenceEqual((ReadOnlySpan<byte>)[0x80, 0x02, 0x8a, 0x0a]);
    }
}
