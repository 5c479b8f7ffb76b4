using System.Diagnostics;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Instrumentation;

namespace SafeSwitch.Cli.Tests;

/// <summary>
/// The tool, killed while it instruments. What holds it at a known place is a companion file that is a named pipe: the tool waits for
/// bytes that never come.
/// </summary>
public sealed class InstrumentKillTests : IDisposable
{
    private const string Pipe = "notes.txt";

    private readonly TemporaryFolder folder = new();

    private string Source => folder.File("source");

    private string Output => folder.File("bundle");

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public async Task Killed_in_the_middle_it_leaves_no_folder_and_the_next_run_clears_up(int bytesBefore)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no named pipes among files: run on Linux or macOS");
        Directory.CreateDirectory(Source);
        foreach (var file in Directory.EnumerateFiles(Fixtures.Decoder("llama", "fp32")))
            File.Copy(file, Path.Combine(Source, Path.GetFileName(file)));
        string?[] whole = [.. Names(Instrumenter.Instrument(Source, folder.File("undisturbed")).Folder), Pipe];
        using (var make = Process.Start("mkfifo", [Path.Combine(Source, Pipe)]))
            await make.WaitForExitAsync(TestContext.Current.CancellationToken);

        using (var process = ToolProcess.Start("instrument", Source, "-o", Output))
        {
            // Held open for writing too, so that the tool never meets the pipe's end.
            using var pipe = new FileStream(Path.Combine(Source, Pipe), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            pipe.Write(new byte[bytesBefore]);
            pipe.Flush();
            Assert.True(
                await process.KillWhenAsync(() => Directory.EnumerateDirectories(folder.Path, "bundle*").Any(d => Directory.EnumerateFiles(d, Pipe + "*").Any())),
                "the tool ended before it was to be killed");
        }

        Assert.False(Directory.Exists(Output));
        Assert.Contains(Names(folder.Path), n => n!.StartsWith("bundle", StringComparison.Ordinal));

        File.Delete(Path.Combine(Source, Pipe));
        await File.WriteAllTextAsync(Path.Combine(Source, Pipe), "notes", TestContext.Current.CancellationToken);
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("instrument", Source, "-o", Output)).ExitCode);
        Assert.Equal(whole.Order(StringComparer.Ordinal), Names(Output));
        Assert.Equal(["bundle", "source", "undisturbed"], Names(folder.Path));
    }

    public void Dispose() => folder.Dispose();

    private static IEnumerable<string?> Names(string path) => Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
