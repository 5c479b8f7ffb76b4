using SafeSwitch.Onnx.Files;
using SafeSwitch.Onnx.Graphs;

namespace SafeSwitch.Instrumentation.Rewriting;

/// <summary>Makes the serving and the training graph share their weights, wherever the source keeps them.</summary>
internal static class SharedWeights
{
    private const int WorthMoving = 1024;
    private const int Alignment = 64;

    /// <summary>
    /// Moves weights inside a graph into a file beside the output's graphs. Small ones and int64 ones stay: shapes and
    /// axes are read while a graph is loaded.
    /// </summary>
    /// <returns>The file's name, or <see langword="null"/> if nothing was moved.</returns>
    public static string? MoveOut(ModelProto model, string name, string outputFolder)
    {
        var inline = model.Graph.Initializer
            .Where(tensor => tensor.RawData.Length >= WorthMoving && (ElementType)tensor.DataType != ElementType.Int64 && ExternalData.Of(tensor) is null)
            .ToList();
        if (inline.Count == 0)
            return null;
        AtomicFile.Write(Path.Combine(outputFolder, name), stream =>
        {
            foreach (var tensor in inline)
            {
                stream.Write(new byte[(Alignment - (stream.Position % Alignment)) % Alignment]);
                var place = new ExternalData(name, stream.Position, tensor.RawData.Length);
                tensor.RawData.WriteTo(stream);
                place.ApplyTo(tensor);
            }
        });
        return name;
    }

    /// <summary>Puts a graph's weight files beside the output's graphs under the names that the graph uses.</summary>
    public static void Bring(IReadOnlyList<string> files, string fromFolder, string toFolder, List<string> notes)
    {
        foreach (var file in files)
        {
            var source = Path.Combine(fromFolder, file);
            var target = Path.Combine(toFolder, file);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (!HardLink.LinkOrCopy(source, target))
                notes.Add($"'{file}' was copied ({new FileInfo(target).Length:N0} bytes): the output is on another file system.");
        }
    }
}
