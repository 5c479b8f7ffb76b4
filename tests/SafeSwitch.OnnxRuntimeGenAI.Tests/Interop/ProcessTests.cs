using System.Diagnostics;
using System.Runtime.InteropServices;
using SafeSwitch.Onnx;

namespace SafeSwitch.OnnxRuntimeGenAI.Tests.Interop;

/// <summary>Processes end as they should, whatever they forgot, and a missing or wrong library never ends one.</summary>
public sealed class ProcessTests
{
    [Theory]
    [InlineData("disposed")]
    [InlineData("forgotten")]
    [InlineData("running")]
    public void The_process_ends_without_a_crash(string scenario)
    {
        var library = NativeLibraryFixture.Folder;
        using var model = new InstrumentedModel("llama", "fp32");

        var (code, output, error) = Run(scenario, library, model.Folder);

        Assert.Equal((0, "", ""), (code, output, error));
    }

    [Fact]
    public void A_missing_library_is_told_with_the_packages_that_bring_it()
    {
        using var model = new InstrumentedModel("llama", "fp32");

        var (code, output, _) = Run("disposed", library: "", model.Folder);

        Assert.Equal(3, code);
        Assert.StartsWith("OnnxRuntimeGenAIException: ", output, StringComparison.Ordinal);
        Assert.Contains("Microsoft.ML.OnnxRuntimeGenAI (CPU)", output, StringComparison.Ordinal);
        Assert.Contains("Microsoft.ML.OnnxRuntimeGenAI.Cuda", output, StringComparison.Ordinal);
        Assert.Contains("Microsoft.ML.OnnxRuntimeGenAI.DirectML", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_without_a_library_is_named()
    {
        using var model = new InstrumentedModel("llama", "fp32");

        var (code, output, _) = Run("disposed", model.Folder, model.Folder);

        Assert.Equal(3, code);
        Assert.Contains(model.Folder, output, StringComparison.Ordinal);
        Assert.Contains("NativeLibrary", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_library_of_another_version_is_told_with_the_functions_that_it_lacks()
    {
        // ONNX Runtime itself: a native library that loads and has none of them.
        using var model = new InstrumentedModel("llama", "fp32");
        var other = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "runtimes", RuntimeInformation.RuntimeIdentifier), "*", SearchOption.AllDirectories)
            .First(f => Path.GetFileName(f) is "libonnxruntime.so" or "onnxruntime.dll" or "libonnxruntime.dylib");

        var (code, output, _) = Run("disposed", other, model.Folder);

        Assert.Equal(3, code);
        Assert.Contains("lacks OgaResultGetError, ", output, StringComparison.Ordinal);
        Assert.Contains("add version 0.18", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_process_that_answers_leaves_nothing_of_the_libraries_telemetry()
    {
        var library = NativeLibraryFixture.Folder;
        using var model = new InstrumentedModel("llama", "fp32");
        using var home = new TemporaryFolder();

        var (code, output, error) = Run("disposed", library, model.Folder, home.Path);

        Assert.Equal((0, "", ""), (code, output, error));
        Assert.Empty(Directory.EnumerateFileSystemEntries(home.Path));
    }

    private static (int Code, string Output, string Error) Run(string scenario, string library, string folder, string? home = null)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            ArgumentList = { "exec", Path.Combine(AppContext.BaseDirectory, "SafeSwitch.OnnxRuntimeGenAI.Scenarios.dll"), scenario, library, folder },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Remove("SAFESWITCH_GENAI_NATIVE");
        if (home is not null)
        {
            start.Environment.Remove(RuntimeTelemetry.DisablingVariable);
            start.Environment["DOTNET_EnableDiagnostics"] = "0";
            foreach (var variable in (string[])["HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP", "XDG_CACHE_HOME", "LOCALAPPDATA"])
                start.Environment[variable] = home;
        }

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
