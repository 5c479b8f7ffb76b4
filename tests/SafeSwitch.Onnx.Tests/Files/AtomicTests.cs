using System.Globalization;
using SafeSwitch.Onnx.Files;

namespace SafeSwitch.Onnx.Tests.Files;

public sealed class AtomicTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_full_disk_leaves_nothing_of_a_folder()
    {
        var error = Assert.Throws<IOException>(() => AtomicFolder.Write(folder.File("bundle"), path =>
        {
            File.WriteAllText(Path.Combine(path, "first"), "whole");
            throw new IOException("no space left on device");
        }));
        Assert.Contains("no space left", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_full_disk_leaves_the_file_that_was_there()
    {
        File.WriteAllText(folder.File("a"), "old");
        Assert.Throws<IOException>(() => AtomicFile.Write(folder.File("a"), stream =>
        {
            stream.Write("ne"u8);
            throw new IOException("no space left on device");
        }));
        Assert.Equal("old", File.ReadAllText(folder.File("a")));
        Assert.Single(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void What_a_killed_run_left_is_gone_afterwards_and_what_another_run_writes_is_not()
    {
        // No process has the largest number.
        var gone = int.MaxValue.ToString(CultureInfo.InvariantCulture) + "-1";
        var running = Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "-0";
        foreach (var writer in new[] { gone, running })
        {
            Directory.CreateDirectory(folder.File($"bundle.{writer}.unfinished"));
            File.WriteAllText(folder.File($"bundle.{writer}.unfinished", "half"), "ha");
            File.WriteAllText(folder.File($"report.md.{writer}.tmp"), "ha");
        }

        AtomicFolder.Write(folder.File("bundle"), path => File.WriteAllText(Path.Combine(path, "whole"), "whole"));
        AtomicFile.WriteText(folder.File("report.md"), "whole");

        Assert.Equal(
            ["bundle", $"bundle.{running}.unfinished", "report.md", $"report.md.{running}.tmp"],
            Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Many_that_write_one_file_at_once_leave_one_of_theirs_whole()
    {
        var path = folder.File("a");
        Parallel.For(0, 50, i => AtomicFile.WriteText(path, new string((char)('a' + (i % 26)), 10_000)));
        var text = File.ReadAllText(path);
        Assert.Equal(new string(text[0], 10_000), text);
        Assert.Equal(path, Assert.Single(Directory.EnumerateFileSystemEntries(folder.Path)));
    }
}
