using System.Text.Json.Serialization;
using SafeSwitch.Bundles;

namespace SafeSwitch.Cli.Shared.Output;

/// <summary>What <c>--json</c> writes on failure.</summary>
internal sealed record ErrorDocument(ErrorDocument.Details Error, int ExitCode)
{
    /// <summary>The failure itself.</summary>
    internal sealed record Details(string Kind, string Message, string? Hint, string? Next, IReadOnlyList<BundleProblem>? Problems);
}

[JsonSerializable(typeof(ErrorDocument))]
internal sealed partial class ErrorJson : JsonSerializerContext;
