namespace SafeSwitch.Cli.Shared.Output;

/// <summary>What <c>--json</c> writes on failure.</summary>
internal sealed record ErrorDocument(ErrorJson Error, int ExitCode);
