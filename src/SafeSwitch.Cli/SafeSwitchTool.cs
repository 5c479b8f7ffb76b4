using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using SafeSwitch.Cli.Shared;
using SafeSwitch.Cli.Shared.Terminals;

namespace SafeSwitch.Cli;

/// <summary>The whole tool: parse, run one verb, return an exit code.</summary>
internal static class SafeSwitchTool
{
    /// <summary>The command's name.</summary>
    public const string Name = "safeswitch";

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellationToken = default)
    {
        var result = CreateRoot(terminal).Parse(arguments);
        if (result.Action is ParseErrorAction)
            return UsageReport.Write(result, terminal);

        var configuration = new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = (result.CommandResult.Command as Verb)?.TimeToStop,
        };
        return await result.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The command tree; verbs write to the terminal.</summary>
    public static Command CreateRoot(Terminal terminal)
    {
        // Not the library's RootCommand: that one is named after the assembly, and SafeSwitch.dll is the core's.
        var root = new Command(Name, "Guards self-hosted language models: probes read the hidden states, a refusal adapter answers when they fire.")
        {
            new HelpOption(),
            new VersionOption(),
        };
        foreach (var verb in AllVerbs.Create())
            root.Add(verb);
        foreach (var verb in AllVerbs.Within(root))
            verb.WriteTo(terminal);
        TeachingHelp.Install(root, terminal);
        return root;
    }
}
