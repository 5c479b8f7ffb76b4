using SafeSwitch.Bundles;
using SafeSwitch.Onnx.Files;
using SafeSwitch.Training.Pipeline;
using SafeSwitch.Training.Rows;

namespace SafeSwitch.Cli.Shared;

/// <summary>What went wrong, and what to do next.</summary>
/// <param name="ExitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="Kind">A word for machines, such as <c>bundle</c>.</param>
/// <param name="Message">A sentence for people.</param>
/// <param name="Hint">What to do next, if the message doesn't say so.</param>
/// <param name="Problems">Every problem of a bundle.</param>
internal sealed record Failure(int ExitCode, string Kind, string Message, string? Hint = null, IReadOnlyList<BundleProblem>? Problems = null)
{
    /// <summary>The command line that gets further, if the verb knows one.</summary>
    public string? Next { get; init; }

    /// <summary>Set it to see where an unexpected error comes from.</summary>
    public const string TraceVariable = "SAFESWITCH_TRACE";

    public static Failure From(Exception exception, bool isResumable) => exception switch
    {
        OperationCanceledException => new(
            ExitCodes.Cancelled, "cancelled", "Cancelled.", isResumable ? "The same command resumes where it stopped." : null),
        // Threads that work side by side wrap what one of them met.
        AggregateException { InnerException: { } inner } => From(inner, isResumable),
        UsageException e => new(ExitCodes.Usage, "usage", e.Message, "See the verb's --help for an example."),
        ArgumentException e => new(ExitCodes.Usage, "usage", WithoutParameter(e), "See the verb's --help for an example."),
        BundleException e => new(ExitCodes.BadInput, "bundle", e.Message, NextStep.Hint(e), e.Problems),
        DataException { StepToRun: { } step } e => new(ExitCodes.BadInput, "input", e.Message, NextStep.Hint(step)),
        ProbeChoiceException e => new(ExitCodes.BadInput, "input", e.Message, NextStep.Hint(e)),
        ExistingFileException e => new(ExitCodes.BadInput, "exists", e.Message, "Nothing was changed. Give what is new another name or folder, or add --force to replace what is there."),
        SafeSwitchException e => new(ExitCodes.BadInput, "input", e.Message),
        FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException =>
            new(ExitCodes.BadInput, "file", exception.Message, "Check the path and that it may be read or written."),
        HttpRequestException e => new(ExitCodes.Failed, "network", e.Message, isResumable ? "The same command goes on where it stopped." : null),
        IOException e when DiskFull.IsCause(e) => new(ExitCodes.Failed, "disk_full", e.Message, DiskFull.Hint(isResumable)),
        IOException e => new(ExitCodes.Failed, "io", e.Message, isResumable ? "Fix it; the same command resumes where it stopped." : null),
        _ => new(
            ExitCodes.Failed,
            "unexpected",
            Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 } ? exception.ToString() : $"{exception.GetType().Name}: {exception.Message}",
            $"This is a bug in the tool. Report it with the output of the same command under {TraceVariable}=1."),
    };

    // The framework appends the parameter's name, which means nothing at a command line.
    private static string WithoutParameter(ArgumentException exception)
    {
        var message = exception.Message;
        var tail = message.IndexOf(" (Parameter '", StringComparison.Ordinal);
        return tail > 0 ? message[..tail] : message;
    }
}
