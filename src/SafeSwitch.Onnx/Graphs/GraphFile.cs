using Google.Protobuf;
using SafeSwitch.Onnx.Files;

namespace SafeSwitch.Onnx.Graphs;

/// <summary>Reads and writes <c>.onnx</c> files. External weights are never opened.</summary>
public static class GraphFile
{
    private static readonly MessageParser<ModelProto> KnownParts = ModelProto.Parser.WithDiscardUnknownFields(true);

    /// <summary>Reads a graph.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxBytes">The longest file that is read.</param>
    /// <param name="knownPartsOnly">Leaves out what these types have no field for, instead of carrying it along unseen.</param>
    /// <exception cref="GraphException">The file is missing, cut short, too large or not an ONNX model.</exception>
    public static ModelProto Load(string path, long maxBytes = int.MaxValue, bool knownPartsOnly = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var length = LengthOf(path);
        if (length > maxBytes)
        {
            throw new GraphException(path, $"{length:N0} bytes; expected {maxBytes:N0} at most.");
        }

        ModelProto model;
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
            model = (knownPartsOnly ? KnownParts : ModelProto.Parser).ParseFrom(stream);
        }
        catch (InvalidProtocolBufferException e)
        {
            throw new GraphException(
                path, $"not a whole ONNX model ({length:N0} bytes): {e.Message} Download or export it again.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new GraphException(path, $"can't be read: {e.Message}", e);
        }

        return Check(path, length, model);
    }

    /// <summary>Writes a graph, whole or not at all.</summary>
    /// <param name="model">The graph.</param>
    /// <param name="path">The file.</param>
    /// <exception cref="GraphException">It would not fit a protobuf.</exception>
    /// <exception cref="IOException">It can't be written; what was there before still is.</exception>
    public static void Save(ModelProto model, string path)
    {
        var inline = model.Graph.Initializer.Sum(tensor => (long)tensor.RawData.Length);
        if (inline > int.MaxValue - (64 << 20))
            throw new GraphException(path, $"{inline:N0} bytes of weights don't fit one protobuf (2 GB): keep them as external data.");
        AtomicFile.Write(path, model.WriteTo);
    }

    private static long LengthOf(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new GraphException(path, "no such file; expected an ONNX model.");
        if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target)
            file = target;
        return file.Length switch
        {
            0 => throw new GraphException(path, "the file is empty; expected an ONNX model."),
            > int.MaxValue => throw new GraphException(
                path, $"{file.Length:N0} bytes; a protobuf ends at 2 GB. Save the model with its weights as external data."),
            var length => length,
        };
    }

    private static ModelProto Check(string path, long length, ModelProto model)
    {
        if (model.Graph is null || model.Graph.Node.Count == 0)
            throw new GraphException(path, $"not an ONNX model: {length:N0} bytes without a graph. Name the .onnx file of a decoder.");
        if (model.OpsetImport.Count == 0 || model.IrVersion <= 0)
            throw new GraphException(path, "no operator set or format version: the file is cut short or isn't an ONNX model.");
        return model;
    }
}
