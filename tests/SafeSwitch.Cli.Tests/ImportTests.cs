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

    [Fact]
    public async Task Published_probers_and_a_head_become_a_bundle_that_answers()
    {
        using var folder = new TemporaryFolder();
        var bundle = folder.File("llama");
        await DoneAsync("instrument", Fixtures.Decoder("llama", "fp32"), "-o", bundle, "--layers", "final,1,2");
        foreach (var part in new[] { Path.Combine("probers", "prompt-mlp64"), Path.Combine("probers", "compliance-mlp64"), Path.Combine("heads", "low-rank") })
            await DoneAsync("import", Fixtures.ReferenceImplementation(part.Split(Path.DirectorySeparatorChar)), "-o", bundle, "--model", bundle);
        var made = await DoneAsync("calibrate", bundle, "--threshold", "0.5", "--policy", "paper");
        Assert.Contains("given, not chosen", made.Error, StringComparison.Ordinal);

        var manifest = Bundles.Bundle.Open(bundle).Manifest;
        Assert.Equal(["prompt", "compliance"], manifest.Probes.OrderByDescending(p => p.Name).Select(p => p.Name));
        var policy = Assert.Single(manifest.Policies);
        Assert.Equal(("paper", 0.5, 0.5, Policies.GuardStages.PromptAndResponse), (policy.Key, policy.Value.PromptThreshold, policy.Value.ResponseThreshold, policy.Value.Stages));
        Assert.Equal("refusal", Assert.Single(manifest.Adapters).Name);
        Assert.True((await DoneAsync("ask", bundle, "hello", "--max-tokens", "4", "--json")).Json.TryGetProperty("verdict", out _));

        // Nothing is replaced unasked, and a threshold that keeps no bound says none.
        Assert.Equal(ExitCodes.BadInput, (await Tool.RunAsync("calibrate", bundle, "--threshold", "0.6", "--policy", "paper")).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await Tool.RunAsync("calibrate", bundle, "--threshold", "0.6", "--policy", "paper=0.01")).ExitCode);
        Assert.Equal(ExitCodes.Usage, (await Tool.RunAsync("calibrate", bundle, "--threshold", "1.6")).ExitCode);

        static async Task<ToolRun> DoneAsync(params string[] arguments)
        {
            var run = await Tool.RunAsync(arguments);
            Assert.True(run.ExitCode == ExitCodes.Done, $"{string.Join(' ', arguments)}\n{run.Error}");
            return run;
        }
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
