using System.Text.Json;
using SafeSwitch.Bundles;
using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

public class ErrorTests
{
    [Fact]
    public async Task A_mistyped_verb_is_a_usage_error_with_a_suggestion()
    {
        var run = await Tool.RunAsync("akk");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("ask", run.Error, StringComparison.Ordinal);
        Assert.Contains("Try: safeswitch --help", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task A_mistyped_option_is_not_a_file_name()
    {
        var run = await Tool.RunAsync("ask", "--jsn");
        Assert.Equal(ExitCodes.Usage, run.ExitCode);
        Assert.Contains("'--jsn'", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_bundle_is_bad_input_named_with_its_path()
    {
        var run = await Tool.RunAsync("ask", "no-such-folder", "Hello");
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("no-such-folder", run.Error, StringComparison.Ordinal);
        Assert.Contains("expected", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "next: safeswitch build ")]
    [InlineData("probes", "next: safeswitch calibrate ")]
    public async Task A_folder_that_is_not_a_bundle_yet_is_told_with_the_command_that_makes_one(string part, string says)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File(part));
        var run = await Tool.RunAsync("ask", folder.Path, "Hello");
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
        var json = await Tool.RunAsync("ask", folder.Path, "Hello", "--json");
        Assert.StartsWith(says["next: ".Length..], json.Json.GetProperty("error").GetProperty("next").GetString(), StringComparison.Ordinal);
    }

    /// <summary>By the system's own device that is always full, where there is one.</summary>
    [Theory]
    [InlineData(true, "resumes where it stopped")]
    [InlineData(false, "nothing half-written is left")]
    public void A_full_disk_is_told_with_what_to_do(bool isResumable, string says)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux has /dev/full");
        var error = Assert.ThrowsAny<IOException>(() =>
        {
            using var file = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            file.Write("a"u8);
        });
        var failure = Failure.From(error, isResumable);
        Assert.Equal((ExitCodes.Failed, "disk_full"), (failure.ExitCode, failure.Kind));
        Assert.Contains(says, failure.Hint, StringComparison.Ordinal);
        Assert.Equal("io", Failure.From(new IOException("something else"), isResumable).Kind);
    }

    [Theory]
    [InlineData(ExitCodes.BadInput, "ask", "no-such-folder", "Hello", "--json")]
    [InlineData(ExitCodes.Usage, "ask", "--jsn", "--json")]
    public async Task Machines_get_the_error_as_one_document(int exitCode, params string[] arguments)
    {
        var run = await Tool.RunAsync(arguments);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Equal(exitCode, run.Json.GetProperty("exit_code").GetInt32());
        Assert.Equal(JsonValueKind.String, run.Json.GetProperty("error").GetProperty("message").ValueKind);
        Assert.Empty(run.Error);
    }

    [Fact]
    public void Failures_have_the_exit_code_of_their_kind()
    {
        Assert.Equal(ExitCodes.Cancelled, Failure.From(new OperationCanceledException(), isResumable: true).ExitCode);
        Assert.Equal(ExitCodes.Usage, Failure.From(new ArgumentException("no such policy"), isResumable: false).ExitCode);
        Assert.Equal(ExitCodes.BadInput, Failure.From(new SafeSwitchException("bad"), isResumable: false).ExitCode);
        Assert.Equal(ExitCodes.Failed, Failure.From(new IOException("disk full"), isResumable: false).ExitCode);
        Assert.Equal(ExitCodes.Failed, Failure.From(new InvalidOperationException("surprise"), isResumable: false).ExitCode);
        var problem = new BundleProblem("a.onnx", "width", "4", "8");
        Assert.Equal([problem], Failure.From(new BundleException("folder", [problem]), isResumable: false).Problems);
    }
}
