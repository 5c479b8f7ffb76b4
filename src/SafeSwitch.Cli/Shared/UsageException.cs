namespace SafeSwitch.Cli.Shared;

/// <summary>The command line parses but makes no sense.</summary>
internal sealed class UsageException(string message) : Exception(message);
