using System.CommandLine;
using System.CommandLine.Parsing;
using SafeSwitch.Cli.Shared.Terminals;

namespace SafeSwitch.Cli.Shared;

/// <summary>
/// One verb of the tool. A subclass adds its arguments and options in its constructor and does its work in
/// <see cref="RunAsync"/>; help, <c>--json</c>, errors, cancellation and exit codes are the same for all.
/// </summary>
internal abstract class Verb : Command
{
    private readonly Option<bool> json = new("--json") { Description = "Write one JSON document for machines instead of text for people" };

    protected Verb(string name, string description, params Example[] examples)
        : base(name, description)
    {
        Examples = examples;
        Add(json);
    }

    /// <summary>Shown at the end of its help.</summary>
    public IReadOnlyList<Example> Examples { get; }

    /// <summary>Whether the same command line resumes a cancelled run.</summary>
    public virtual bool IsResumable => false;

    /// <summary>How long it may take to end after Ctrl-C.</summary>
    public virtual TimeSpan TimeToStop => TimeSpan.FromSeconds(10);

    /// <summary>Says where it writes; called once, before it is run.</summary>
    public void WriteTo(Terminal terminal)
    {
        foreach (var argument in Arguments)
            argument.Validators.Add(RefuseMistypedOptions);
        SetAction((arguments, cancellationToken) => RunGuardedAsync(arguments, terminal, cancellationToken));
    }

    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    protected abstract Task<int> RunAsync(VerbCall call);

    /// <summary>
    /// The command line that gets further after a failure, or null. Libraries say what is missing by type; which command makes it is the
    /// tool's knowledge.
    /// </summary>
    protected virtual string? NextAfter(Exception failure, VerbCall call) => null;

    private async Task<int> RunGuardedAsync(ParseResult arguments, Terminal terminal, CancellationToken cancellationToken)
    {
        var call = new VerbCall(arguments, terminal, arguments.GetValue(json), cancellationToken);
        try
        {
            return await RunAsync(call).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The edge of the program: every failure becomes a message and an exit code.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return ErrorReport.Write(Failure.From(e, IsResumable) with { Next = NextAfter(e, call) }, call);
        }
    }

    // An unknown option would pass for an argument, and the error would be about a file that nobody named.
    private static void RefuseMistypedOptions(ArgumentResult result)
    {
        foreach (var token in result.Tokens.Where(t => t.Value.StartsWith("--", StringComparison.Ordinal) && !t.Value.Contains(' ')))
            result.AddError($"There is no option '{token.Value}'.");
    }
}
