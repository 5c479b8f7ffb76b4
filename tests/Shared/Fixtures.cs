namespace SafeSwitch.Tests;

/// <summary>
/// Where test material lies. The shared fixtures are made by reference implementations and live outside the
/// repository; a test that needs one that is absent is skipped by name, never silently green.
/// </summary>
internal static class Fixtures
{
    private static readonly string RepositoryRoot = FindRepositoryRoot();

    /// <summary>The folder of shared fixtures: SAFESWITCH_SHARED, or `shared` beside the repository.</summary>
    private static readonly string SharedRoot =
        Environment.GetEnvironmentVariable("SAFESWITCH_SHARED") is { Length: > 0 } configured
            ? configured
            : Path.Combine(RepositoryRoot, "..", "shared");

    /// <summary>A file or folder of the repository.</summary>
    public static string Repository(params string[] path) => Path.Combine([RepositoryRoot, .. path]);

    /// <summary>A shared file or folder; skips the running test, naming what is missing, if it is absent.</summary>
    public static string Shared(params string[] path)
    {
        var full = Path.GetFullPath(Path.Combine([SharedRoot, .. path]));
        Assert.SkipUnless(File.Exists(full) || Directory.Exists(full), $"shared fixture absent: {string.Join('/', path)}");
        return full;
    }

    /// <summary>Whether a shared file or folder is there, for data sources that enumerate cases.</summary>
    public static bool HasShared(params string[] path)
    {
        var full = Path.Combine([SharedRoot, .. path]);
        return File.Exists(full) || Directory.Exists(full);
    }

    private static string FindRepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "SafeSwitch.sln")))
                return folder.FullName;
        throw new InvalidOperationException("SafeSwitch.sln not found above " + AppContext.BaseDirectory);
    }
}
