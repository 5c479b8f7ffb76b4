using System.Diagnostics;
using SafeSwitch.Onnx;

namespace SafeSwitch.Cli.Tests;

/// <summary>
/// ONNX Runtime's library, as it comes, leaves a device id and a database in the home folder and a file in the temporary one. A process
/// that uses it through us leaves nothing.
/// </summary>
public class TelemetryTests
{
    [Fact]
    public void Asking_a_bundle_leaves_nothing_of_the_runtimes_telemetry()
    {
        using var bundle = TestBundle.Create();
        AssertLeavesNothing("ask", bundle.Folder, "Hello there", "--max-tokens", "2");
    }

    [Fact]
    public void Importing_a_head_leaves_nothing_of_the_runtimes_telemetry()
    {
        using var folder = TestBundle.Create();
        AssertLeavesNothing("import", Fixtures.ReferenceImplementation("heads", "low-rank"), "-o", folder.Root, "--model", Fixtures.Decoder("llama", "fp32"));
    }

    private static void AssertLeavesNothing(params string[] arguments)
    {
        using var home = new TemporaryFolder();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "SafeSwitch.Cli.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DOTNET_EnableDiagnostics"] = "0" },
        };
        start.Environment.Remove(RuntimeTelemetry.DisablingVariable);
        foreach (var variable in (string[])["HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "LOCALAPPDATA"])
            start.Environment[variable] = home.Path;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, error.Result);
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path));
    }
}
