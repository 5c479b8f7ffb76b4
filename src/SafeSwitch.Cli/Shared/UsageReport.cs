using System.CommandLine;
using System.CommandLine.Invocation;
using SafeSwitch.Cli.Shared.Terminals;

namespace SafeSwitch.Cli.Shared;

/// <summary>Tells that the command line does not parse.</summary>
internal static class UsageReport
{
    /// <returns>The exit code.</returns>
    public static int Write(ParseResult result, Terminal terminal)
    {
        var command = string.Join(' ', Path(result).Reverse());
        var hint = $"Try: {command} --help";
        if (result.Tokens.Any(t => t.Value == "--json"))
        {
            var message = string.Join(' ', result.Errors.Select(e => e.Message));
            return ErrorReport.Write(new Failure(ExitCodes.Usage, "usage", message, hint), terminal, isJson: true);
        }

        // The library's own action suggests what a mistyped word may have meant.
        var action = (ParseErrorAction)result.Action!;
        action.ShowHelp = false;
        result.InvocationConfiguration.Output = terminal.Error;
        result.InvocationConfiguration.Error = terminal.Error;
        action.Invoke(result);
        terminal.Error.WriteLine(hint);
        return ExitCodes.Usage;
    }

    private static IEnumerable<string> Path(ParseResult result)
    {
        for (var command = result.CommandResult; command is not null; command = command.Parent as System.CommandLine.Parsing.CommandResult)
            yield return command.Command.Name;
    }
}
