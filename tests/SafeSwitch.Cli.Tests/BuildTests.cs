using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Tests;

public class BuildTests
{
    [Theory]
    [InlineData(ExitCodes.BadInput, "no-such-recipe.json")]
    [InlineData(ExitCodes.Usage, "recipe.json", "--shard", "5/4")]
    [InlineData(ExitCodes.Usage, "recipe.json", "--shard", "half")]
    [InlineData(ExitCodes.Usage, "recipe.json", "--until", "lunch")]
    [InlineData(ExitCodes.Usage, "recipe.json", "--threads", "2000")]
    public async Task What_can_not_be_built_is_told(int exitCode, params string[] arguments)
    {
        var run = await Tool.RunAsync(["build", .. arguments]);
        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(arguments[^1], run.Error, StringComparison.Ordinal);
    }
}
