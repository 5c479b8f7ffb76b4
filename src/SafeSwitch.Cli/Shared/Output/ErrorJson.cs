using SafeSwitch.Bundles;

namespace SafeSwitch.Cli.Shared.Output;

/// <summary>The failure itself.</summary>
internal sealed record ErrorJson(string Kind, string Message, string? Hint, IReadOnlyList<BundleProblem>? Problems);
