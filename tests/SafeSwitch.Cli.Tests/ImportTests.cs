using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

public class ImportTests
{
    [Fact]
    public async Task A_prober_becomes_a_probe()
    {
        using var folder = TestBundle.Create();
        var run = await Tool.RunAsync("import", Fixtures.ReferenceImplementation("probers", "prompt-mlp64"), "-o", folder.Root, "--json");
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.True(File.Exists(Path.Combine(folder.Root, "probes", "prompt.onnx")));
        Assert.Equal("prompt", run.Json.GetProperty("stage").GetString());
    }

    [Fact]
    public async Task A_head_becomes_an_adapter_and_the_loss_is_stated()
    {
        using var folder = TestBundle.Create();
        var run = await Tool.RunAsync(
            "import", Fixtures.ReferenceImplementation("heads", "low-rank"), "-o", folder.Root, "--model", Fixtures.Decoder("llama", "fp32"));
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.True(File.Exists(Path.Combine(folder.Root, "adapters", "refusal.onnx_adapter")));
        Assert.Contains("of the head's change", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_probers_stand_side_by_side_and_neither_takes_the_place_of_another()
    {
        using var folder = TestBundle.Create();
        string[] arguments = ["-o", folder.Root];
        foreach (var prober in new[] { "prompt-mlp64", "compliance-mlp64" })
            Assert.Equal(ExitCodes.Done, (await Tool.RunAsync(["import", Fixtures.ReferenceImplementation("probers", prober), .. arguments])).ExitCode);
        var first = Path.Combine(folder.Root, "probes", "prompt.onnx");
        var standing = await File.ReadAllBytesAsync(first, TestContext.Current.CancellationToken);
        Assert.True(File.Exists(Path.Combine(folder.Root, "probes", "compliance.onnx")));

        string[] again = ["import", Fixtures.ReferenceImplementation("probers", "compliance-mlp64"), .. arguments, "--name", "prompt"];
        var refused = await Tool.RunAsync(again);
        Assert.Equal(ExitCodes.BadInput, refused.ExitCode);
        Assert.Contains("--force", refused.Error, StringComparison.Ordinal);
        Assert.Equal(standing, await File.ReadAllBytesAsync(first, TestContext.Current.CancellationToken));
        Assert.Equal(ExitCodes.Done, (await Tool.RunAsync([.. again, "--force"])).ExitCode);
        Assert.NotEqual(standing, await File.ReadAllBytesAsync(first, TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("os-system.pth")]
    [InlineData("cut-short.pth")]
    [InlineData("text.pth")]
    public async Task What_is_refused_ends_in_a_clear_error(string name)
    {
        using var folder = TestBundle.Create();
        var run = await Tool.RunAsync("import", Fixtures.ReferenceImplementation("refused", name), "-o", folder.Root);
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.StartsWith("error: ", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder.Root, "probes", "prompt.onnx")));
    }
}
