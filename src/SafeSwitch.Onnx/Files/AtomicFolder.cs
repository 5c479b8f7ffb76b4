namespace SafeSwitch.Onnx.Files;

/// <summary>
/// New folders that appear whole or not at all: written beside their place under a name of their own, then renamed into it. What a
/// killed run left is removed.
/// </summary>
public static class AtomicFolder
{
    private const string Unfinished = ".unfinished";

    /// <summary>Writes a folder.</summary>
    /// <param name="path">The folder, which is not there yet.</param>
    /// <param name="write">Fills the folder whose path it is given.</param>
    /// <exception cref="IOException">It can't be written, or is there already; nothing half-written is left.</exception>
    public static void Write(string path, Action<string> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        path = Path.TrimEndingDirectorySeparator(path);
        foreach (var left in TemporaryName.LeftBeside(path, Unfinished))
            Remove(left);
        var temporary = TemporaryName.Beside(path, Unfinished);
        try
        {
            Directory.CreateDirectory(temporary);
            write(temporary);
            Directory.Move(temporary, path);
        }
        catch
        {
            Remove(temporary);
            throw;
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
