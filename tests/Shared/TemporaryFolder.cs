namespace SafeSwitch.Tests;

/// <summary>A folder that goes when the test does.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    /// <summary>Its full path.</summary>
    public string Path { get; } = Directory.CreateTempSubdirectory("safeswitch-").FullName;

    /// <summary>A file or folder in it.</summary>
    public string File(params string[] path) => System.IO.Path.Combine([Path, .. path]);

    public void Dispose()
    {
        if (Directory.Exists(Path))
            Directory.Delete(Path, recursive: true);
    }
}
