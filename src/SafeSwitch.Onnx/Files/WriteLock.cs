namespace SafeSwitch.Onnx.Files;

/// <summary>
/// Keeps two processes from making one file at once, each from what it read before the other wrote. The lock is an open file beside it:
/// however its process ends, the system gives it up, so a killed one blocks nobody.
/// </summary>
public static class WriteLock
{
    private const string Extension = ".lock";

    /// <summary>Claims a file; disposing the result gives it up.</summary>
    /// <param name="path">The file, there or not; its folder is made if absent.</param>
    /// <exception cref="IOException">Another process has it.</exception>
    public static IDisposable Take(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var claim = path + Extension;
        try
        {
            return new FileStream(claim, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (e.GetType() == typeof(IOException) && File.Exists(claim))
        {
            throw new IOException($"'{path}': another process is making it; wait for it, or end it.", e);
        }
    }
}
