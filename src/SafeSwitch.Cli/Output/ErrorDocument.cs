using SafeSwitch.Bundles;

namespace SafeSwitch.Cli.Output;

/// <summary>What <c>--json</c> writes on failure.</summary>
internal sealed record ErrorDocument(ErrorJson Error, int ExitCode);

/// <summary>The failure itself.</summary>
internal sealed record ErrorJson(string Kind, string Message, string? Hint, IReadOnlyList<BundleProblem>? Problems);
