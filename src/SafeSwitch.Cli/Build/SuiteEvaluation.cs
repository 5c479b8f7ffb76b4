using System.CommandLine;
using System.Globalization;
using SafeSwitch.Cli.Evaluate;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;
using SafeSwitch.Training.Pipeline;

namespace SafeSwitch.Cli.Build;

/// <summary>The last step of a build: what <c>evaluate</c> does with the recipe's suite.</summary>
internal static class SuiteEvaluation
{
    public static async Task RunAsync(BuildEvaluation evaluation, Terminal terminal, CancellationToken cancellationToken)
    {
        var verb = new EvaluateVerb();
        // Its tables go beside the progress: standard output is for what the build made.
        verb.WriteTo(new Terminal(terminal.Input, terminal.Error, terminal.Error, terminal.IsErrorPlain, terminal.IsErrorPlain, terminal.IsInputPiped));
        string[] arguments =
        [
            evaluation.Bundle.Folder, "--suite", evaluation.Suite, "--output", evaluation.Report,
            "--threads", evaluation.Threads.ToString(CultureInfo.InvariantCulture),
            .. evaluation.DataFolder is { } data ? (string[])["--data-folder", data] : [],
        ];
        var exitCode = await verb.Parse(arguments).InvokeAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (exitCode != ExitCodes.Done)
            throw new SafeSwitchException($"The bundle in '{evaluation.Bundle.Folder}' is built, and its evaluation on '{evaluation.Suite}' failed.");
    }
}
