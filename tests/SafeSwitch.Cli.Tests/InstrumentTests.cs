using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

public class InstrumentTests
{
    [Fact]
    public async Task A_model_gets_its_states_and_slots()
    {
        var source = Fixtures.Decoder("llama", "fp32");
        var root = Directory.CreateTempSubdirectory("safeswitch-").FullName;
        try
        {
            var run = await Tool.RunAsync("instrument", source, "-o", Path.Combine(root, "bundle"), "--layers", "final,1,2", "--json");
            Assert.Equal(ExitCodes.Done, run.ExitCode);
            Assert.Equal(
                ["hidden_states", "hidden_states.1", "hidden_states.2"],
                run.Json.GetProperty("hidden_states").EnumerateArray().Select(s => s.GetString()));
            Assert.True(File.Exists(Path.Combine(root, "bundle", run.Json.GetProperty("serving_graph").GetString()!)));

            var shown = await Tool.RunAsync("instrument", source, "-o", Path.Combine(root, "other"));
            Assert.Equal(ExitCodes.Done, shown.ExitCode);
            Assert.Contains("next", shown.Output, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    [Theory]
    [InlineData("--layers", "last", ExitCodes.Usage)]
    [InlineData("--layers", "99", ExitCodes.BadInput)]
    public async Task A_layer_that_is_none_is_told(string option, string value, int exitCode)
    {
        var source = Fixtures.Decoder("llama", "fp32");
        var output = Path.Combine(Path.GetTempPath(), "safeswitch-" + Guid.NewGuid().ToString("N"));
        var run = await Tool.RunAsync("instrument", source, "-o", output, option, value);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(value, run.Error, StringComparison.Ordinal);
        if (Directory.Exists(output))
            Directory.Delete(output, recursive: true);
    }
}
