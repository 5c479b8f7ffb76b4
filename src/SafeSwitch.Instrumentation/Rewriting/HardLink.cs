using System.Runtime.InteropServices;

namespace SafeSwitch.Instrumentation.Rewriting;

/// <summary>A second name for a file, so that gigabytes of weights are neither copied nor symbolically linked (which ONNX Runtime refuses).</summary>
internal static partial class HardLink
{
    /// <summary>Makes the link, or a copy where the file system can't.</summary>
    /// <returns>Whether it is a link.</returns>
    /// <exception cref="IOException">Neither could be made.</exception>
    public static bool LinkOrCopy(string source, string path)
    {
        var file = new FileInfo(source);
        if (file.ResolveLinkTarget(returnFinalTarget: true) is { } target)
            source = target.FullName;
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            var linked = OperatingSystem.IsWindows() ? CreateHardLink(temporary, source, 0) : Link(source, temporary) == 0;
            if (!linked)
                Copy(source, temporary);
            File.Move(temporary, path, overwrite: true);
            return linked;
        }
        finally
        {
            // Renaming one link over another of the same file leaves both.
            File.Delete(temporary);
        }
    }

    // What the system says of a copy that it makes by itself names no file.
    private static void Copy(string source, string path)
    {
        try
        {
            File.Copy(source, path);
        }
        catch (IOException e) when (!e.Message.Contains(path, StringComparison.Ordinal))
        {
            throw new IOException($"'{source}' could not be copied to '{path}': {e.Message}", e.HResult);
        }
    }

    [LibraryImport("kernel32", EntryPoint = "CreateHardLinkW", StringMarshalling = StringMarshalling.Utf16, SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool CreateHardLink(string path, string source, nint security);

    [LibraryImport("libc", EntryPoint = "link", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Link(string source, string path);
}
