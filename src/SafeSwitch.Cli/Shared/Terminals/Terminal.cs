using Spectre.Console;

namespace SafeSwitch.Cli.Shared.Terminals;

/// <summary>
/// Where a verb reads and writes. At a terminal, with colours; into a pipe or a file, plain text that is as wide as it must be.
/// </summary>
internal sealed class Terminal
{
    private const int PlainWidth = 200;

    private readonly IAnsiConsole err;

    public Terminal(TextReader input, TextWriter output, TextWriter error, bool isOutputPlain = true, bool isErrorPlain = true, bool isInputPiped = true)
    {
        Input = input;
        Output = output;
        Error = error;
        IsOutputPlain = isOutputPlain;
        IsErrorPlain = isErrorPlain;
        IsInputPiped = isInputPiped;
        Out = Create(output, isOutputPlain);
        err = Create(error, isErrorPlain);
    }

    public TextReader Input { get; }

    public TextWriter Output { get; }

    public TextWriter Error { get; }

    /// <summary>Standard output for tables and colours.</summary>
    public IAnsiConsole Out { get; }

    /// <summary>Whether standard output isn't a terminal.</summary>
    public bool IsOutputPlain { get; }

    /// <summary>Whether standard error isn't a terminal.</summary>
    public bool IsErrorPlain { get; }

    /// <summary>Whether standard input isn't a keyboard.</summary>
    public bool IsInputPiped { get; }

    /// <summary>The process's own.</summary>
    public static Terminal OfProcess() => new(
        Console.In,
        Console.Out,
        Console.Error,
        Console.IsOutputRedirected || IsDumb,
        Console.IsErrorRedirected || IsDumb,
        Console.IsInputRedirected);

    /// <summary>Says something on standard error: whole words to the end of a terminal's line, one line into a pipe or a file.</summary>
    public void Tell(string text)
    {
        if (IsErrorPlain)
            Error.WriteLine(text);
        else
            err.WriteLine(text);
    }

    // https://no-color.org
    private static bool IsDumb =>
        Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 } || Environment.GetEnvironmentVariable("TERM") == "dumb";

    private static IAnsiConsole Create(TextWriter writer, bool isPlain)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isPlain ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.No,
        });
        if (isPlain)
            console.Profile.Width = PlainWidth;
        return console;
    }
}
