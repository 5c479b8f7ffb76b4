using SafeSwitch.Reliability.Material;

[assembly: AssemblyFixture(typeof(SafeSwitch.Reliability.Tests.MaterialFixture))]

namespace SafeSwitch.Reliability.Tests;

/// <summary>The undamaged files, made once.</summary>
public sealed class MaterialFixture : IAsyncLifetime
{
    private readonly WorkFolder folder = new();

    public string Path => folder.Path;

    public string Bundle => System.IO.Path.Combine(Path, SmallBundle.BundleFolder);

    public async ValueTask InitializeAsync() => await SmallBundle.MakeAsync(Path, TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
