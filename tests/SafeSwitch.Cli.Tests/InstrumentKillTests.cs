using System.Diagnostics;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Instrumentation;

namespace SafeSwitch.Cli.Tests;

/// <summary>The tool as a process of its own, killed as by <c>kill -9</c> while it instruments.</summary>
public sealed class InstrumentKillTests : IDisposable
{
    private const int Kills = 4;

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Killed_at_random_moments_it_leaves_a_whole_folder_or_none()
    {
        var source = Fixtures.Shared("fixtures", "decoders", "llama", "fp32");
        string?[] whole = [.. Names(Instrumenter.Instrument(source, folder.File("undisturbed")).Folder)];
        var random = new Random(Environment.TickCount);
        var output = folder.File("bundle");
        for (var kill = 0; kill < Kills; kill++)
        {
            using var process = Start("instrument", source, "-o", output);

            // Half the kills come as soon as anything is written, the others whenever they come.
            while (!process.HasExited && kill % 2 == 0 && Directory.GetFileSystemEntries(folder.Path, "bundle*").Length == 0)
                await Task.Delay(1, TestContext.Current.CancellationToken);
            await Task.Delay(random.Next(kill % 2 == 0 ? 20 : 800), TestContext.Current.CancellationToken);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (!Directory.Exists(output))
                continue;
            Assert.Equal(whole, Names(output));
            Directory.Delete(output, recursive: true);
        }

        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync("instrument", source, "-o", output)).ExitCode);
        Assert.Equal(whole, Names(output));
        Assert.Equal(["bundle", "undisturbed"], Names(folder.Path));
    }

    public void Dispose() => folder.Dispose();

    private static IEnumerable<string?> Names(string path) => Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).Order(StringComparer.Ordinal);

    private static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "SafeSwitch.Cli.dll"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
