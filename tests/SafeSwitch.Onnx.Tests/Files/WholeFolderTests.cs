using SafeSwitch.Onnx.Files;

namespace SafeSwitch.Onnx.Tests.Files;

public sealed class WholeFolderTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();

    public void Dispose() => temporary.Dispose();

    [Fact]
    public void A_full_disk_leaves_nothing()
    {
        var error = Assert.Throws<IOException>(() => WholeFolder.Write(temporary.File("bundle"), folder =>
        {
            File.WriteAllText(Path.Combine(folder, "first"), "whole");
            throw new IOException("no space left on device");
        }));
        Assert.Contains("no space left", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(temporary.Path));
    }

    [Fact]
    public void What_a_killed_run_left_is_gone_afterwards()
    {
        Directory.CreateDirectory(temporary.File("bundle" + WholeFolder.Unfinished));
        File.WriteAllText(temporary.File("bundle" + WholeFolder.Unfinished, "half"), "ha");
        WholeFolder.Write(temporary.File("bundle"), folder => File.WriteAllText(Path.Combine(folder, "whole"), "whole"));
        Assert.Equal(temporary.File("bundle"), Assert.Single(Directory.EnumerateFileSystemEntries(temporary.Path)));
        Assert.Equal(temporary.File("bundle", "whole"), Assert.Single(Directory.EnumerateFileSystemEntries(temporary.File("bundle"))));
    }
}
