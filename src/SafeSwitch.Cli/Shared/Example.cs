namespace SafeSwitch.Cli.Shared;

/// <summary>A command line that help shows.</summary>
/// <param name="CommandLine">What to type after <c>safeswitch</c>.</param>
/// <param name="Purpose">What it is good for.</param>
internal sealed record Example(string CommandLine, string Purpose);
