using SafeSwitch.Cli.Shared.Output;
using SafeSwitch.Cli.Shared.Terminals;

namespace SafeSwitch.Cli.Shared;

/// <summary>Tells a failure: to people on standard error, to machines as <c>{"error": …}</c> on standard output.</summary>
internal static class ErrorReport
{
    /// <returns>The exit code.</returns>
    public static int Write(Failure failure, VerbCall call) => Write(failure, call.Terminal, call.IsJson);

    /// <returns>The exit code.</returns>
    public static int Write(Failure failure, Terminal terminal, bool isJson)
    {
        if (isJson)
        {
            var error = new ErrorDocument.Details(failure.Kind, failure.Message, failure.Hint, failure.Next, failure.Problems);
            terminal.Output.WriteLine(JsonText.Of(new ErrorDocument(error, failure.ExitCode), ErrorJson.Default));
            return failure.ExitCode;
        }

        terminal.Tell(failure.ExitCode == ExitCodes.Cancelled ? failure.Message : $"error: {failure.Message}");
        if (failure.Hint is { } hint)
            terminal.Tell(hint);
        if (failure.Next is { } next)
            terminal.Tell($"next: {next}");
        return failure.ExitCode;
    }
}
