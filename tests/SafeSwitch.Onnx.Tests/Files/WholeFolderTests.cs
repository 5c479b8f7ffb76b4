using SafeSwitch.Onnx.Files;

namespace SafeSwitch.Onnx.Tests.Files;

public sealed class WholeFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_full_disk_leaves_nothing()
    {
        var error = Assert.Throws<IOException>(() => WholeFolder.Write(_folder.File("bundle"), folder =>
        {
            File.WriteAllText(Path.Combine(folder, "first"), "whole");
            throw new IOException("no space left on device");
        }));
        Assert.Contains("no space left", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void What_a_killed_run_left_is_gone_afterwards()
    {
        Directory.CreateDirectory(_folder.File("bundle" + WholeFolder.Unfinished));
        File.WriteAllText(_folder.File("bundle" + WholeFolder.Unfinished, "half"), "ha");
        WholeFolder.Write(_folder.File("bundle"), folder => File.WriteAllText(Path.Combine(folder, "whole"), "whole"));
        Assert.Equal(_folder.File("bundle"), Assert.Single(Directory.EnumerateFileSystemEntries(_folder.Path)));
        Assert.Equal(_folder.File("bundle", "whole"), Assert.Single(Directory.EnumerateFileSystemEntries(_folder.File("bundle"))));
    }
}
