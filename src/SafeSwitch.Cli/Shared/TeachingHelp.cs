using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using SafeSwitch.Cli.Shared.Terminals;

namespace SafeSwitch.Cli.Shared;

/// <summary>The usual help, followed by examples and, for the tool as a whole, its exit codes.</summary>
internal sealed class TeachingHelp(HelpAction usual) : SynchronousCommandLineAction
{
    private static readonly Example[] FirstSteps =
    [
        new("ask models/smollm2-135m-instruct \"How do I kill a Python process?\"", "one guarded answer, with what the guard saw"),
        new("ask --help", "every verb's help ends with examples"),
    ];

    public override bool ClearsParseErrors => true;

    public static void Install(Command root, Terminal terminal)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        var usual = (HelpAction)option.Action!;
        if (terminal.IsOutputPlain)
            usual.MaxWidth = 120;
        var help = new TeachingHelp(usual);
        option.Action = help;

        // A group, or the tool itself, without a verb: its help is what one wants to see, but nothing was done.
        root.SetAction(result => Answer(help, result));
        foreach (var group in root.Subcommands.Where(c => c is not Verb))
            group.SetAction(result => Answer(help, result));
    }

    public override int Invoke(ParseResult parseResult)
    {
        usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        var command = parseResult.CommandResult.Command;
        var isTool = !command.Parents.Any();
        WriteExamples(output, command is Verb verb ? verb.Examples : isTool ? FirstSteps : []);
        if (isTool)
            WriteExitCodes(output);
        return ExitCodes.Done;
    }

    private static int Answer(TeachingHelp help, ParseResult result)
    {
        help.Invoke(result);
        return ExitCodes.Usage;
    }

    private static void WriteExamples(TextWriter output, IReadOnlyList<Example> examples)
    {
        if (examples.Count == 0)
            return;
        output.WriteLine("Examples:");
        foreach (var example in examples)
        {
            output.WriteLine($"  # {example.Purpose}");
            output.WriteLine($"  safeswitch {example.CommandLine}");
        }

        output.WriteLine();
    }

    private static void WriteExitCodes(TextWriter output)
    {
        output.WriteLine("Exit codes:");
        foreach (var (code, meaning) in ExitCodes.Meanings)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {code,-4} {meaning}"));
        output.WriteLine();
    }
}
