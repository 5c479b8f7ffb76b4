using System.Diagnostics;
using System.Globalization;

namespace SafeSwitch.Onnx.Files;

/// <summary>
/// Names of files and folders that are not whole yet: each writer has one of its own, with its process in it, so that what a killed run
/// left is told from what another one is writing.
/// </summary>
internal static class TemporaryName
{
    private static int count;

    /// <summary>A name beside the place that is written.</summary>
    public static string Beside(string path, string suffix) =>
        string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Interlocked.Increment(ref count)}{suffix}");

    /// <summary>What writers that are gone left beside that place.</summary>
    public static IEnumerable<string> LeftBeside(string path, string suffix)
    {
        path = Path.GetFullPath(path);
        var (folder, prefix) = (Path.GetDirectoryName(path)!, Path.GetFileName(path) + ".");
        return Directory.Exists(folder)
            ? Directory.EnumerateFileSystemEntries(folder, $"{prefix}*{suffix}").Where(entry => IsLeft(Path.GetFileName(entry)[prefix.Length..^suffix.Length]))
            : [];
    }

    private static bool IsLeft(string writer)
    {
        if (writer.Split('-') is not [var process, _] || !int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            return false;
        try
        {
            using var running = Process.GetProcessById(id);
            return false;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }
}
