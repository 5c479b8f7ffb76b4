namespace SafeSwitch.Reliability.Material;

/// <summary>A folder that is gone when the work ends.</summary>
internal sealed class WorkFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("safeswitch-reliability-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
