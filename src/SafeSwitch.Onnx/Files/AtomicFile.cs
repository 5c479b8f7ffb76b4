using System.Text;

namespace SafeSwitch.Onnx.Files;

/// <summary>
/// Files that appear whole or not at all: written beside their place under a name of their own, brought to the disk, then renamed into
/// it. Two that write one file at once leave one of both whole; what a killed run left is removed.
/// </summary>
public static class AtomicFile
{
    private const string Unfinished = ".tmp";

    /// <summary>Writes a file through a stream.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="IOException">It can't be written; what was there before still is.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        Replace(path, temporary =>
        {
            using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
            write(stream);
            stream.Flush(flushToDisk: true);
        });
    }

    /// <summary>Writes a text as UTF-8.</summary>
    /// <param name="path">The file.</param>
    /// <param name="text">The content, written as UTF-8.</param>
    /// <exception cref="IOException">It can't be written; what was there before still is.</exception>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes a file by code that takes a path.</summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content into the file whose path it is given.</param>
    /// <exception cref="IOException">It can't be written; what was there before still is.</exception>
    public static void WriteAt(string path, Action<string> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        Replace(path, temporary =>
        {
            write(temporary);
            using var stream = new FileStream(temporary, FileMode.Open, FileAccess.Write, FileShare.None, 1);
            stream.Flush(flushToDisk: true);
        });
    }

    private static void Replace(string path, Action<string> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        foreach (var left in TemporaryName.LeftBeside(path, Unfinished))
            File.Delete(left);
        var temporary = TemporaryName.Beside(path, Unfinished);
        try
        {
            write(temporary);
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
