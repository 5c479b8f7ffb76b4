namespace SafeSwitch.Cli.Shared;

/// <summary>Tells a full disk from the other ways in which a file can't be written.</summary>
internal static class DiskFull
{
    // .NET has no exception of its own for it: the code is errno's ENOSPC on Unix, and ERROR_DISK_FULL or ERROR_HANDLE_DISK_FULL on Windows.
    private const int NoSpace = 28;
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsHandleDiskFull = unchecked((int)0x80070027);

    public static bool IsCause(IOException exception) =>
        exception.HResult is WindowsDiskFull or WindowsHandleDiskFull || (!OperatingSystem.IsWindows() && exception.HResult == NoSpace);

    /// <summary>What to do about it.</summary>
    public static string Hint(bool isResumable) => isResumable
        ? "Make room; the same command resumes where it stopped."
        : "Make room and give the same command again; nothing half-written is left.";
}
