using SafeSwitch.Cli.Shared.Terminals;

namespace SafeSwitch.Cli.Tests;

/// <summary>Runs the tool in this process, as a shell would with everything redirected.</summary>
internal static class Tool
{
    public static Task<ToolRun> RunAsync(params string[] arguments) => RunAsync(input: "", arguments);

    public static async Task<ToolRun> RunAsync(string input, string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var reader = new StringReader(input);
        var exitCode = await SafeSwitchTool.RunAsync(arguments, new Terminal(reader, output, error), TestContext.Current.CancellationToken);
        return new ToolRun(exitCode, output.ToString(), error.ToString());
    }
}
