namespace SafeSwitch.Cli.Output;

/// <summary>What <c>--json</c> writes on failure.</summary>
internal sealed record ErrorDocument(ErrorJson Error, int ExitCode);
