using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

public class InspectTests
{
    [Fact]
    public async Task A_model_is_told_what_it_is_and_that_it_can_be_instrumented()
    {
        var run = await Tool.RunAsync("inspect", Fixtures.Decoder("llama", "int4"));
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        foreach (var fact in new[] { "llama", "3 layers", "hidden 64", "vocabulary 384", "MatMulNBits", "can be instrumented" })
            Assert.Contains(fact, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Machines_get_the_report_as_one_document()
    {
        var run = await Tool.RunAsync("inspect", Fixtures.Decoder("llama", "fp32"), "--json");
        Assert.Equal(ExitCodes.Done, run.ExitCode);
        Assert.Equal(3, run.Json.GetProperty("layers").GetInt32());
        Assert.True(run.Json.GetProperty("can_instrument").GetBoolean());
    }

    [Fact]
    public async Task What_is_not_a_decoder_is_told_why_with_its_own_exit_code()
    {
        using var bundle = TestBundle.Create();
        var run = await Tool.RunAsync("inspect", bundle.ReferenceProbe);
        Assert.Equal(ExitCodes.Failed, run.ExitCode);
        Assert.Contains("can't be instrumented", run.Output, StringComparison.Ordinal);
        Assert.Contains("because", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_without_a_model_is_bad_input()
    {
        var run = await Tool.RunAsync("inspect", "no-such-folder");
        Assert.Equal(ExitCodes.BadInput, run.ExitCode);
        Assert.Contains("no-such-folder", run.Error, StringComparison.Ordinal);
    }
}
