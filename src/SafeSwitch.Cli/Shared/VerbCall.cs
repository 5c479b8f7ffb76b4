using System.CommandLine;
using System.Text.Json.Serialization;
using SafeSwitch.Cli.Shared.Output;
using SafeSwitch.Cli.Shared.Terminals;

namespace SafeSwitch.Cli.Shared;

/// <summary>One call of a verb: what was asked for and where the answer goes.</summary>
/// <param name="Arguments">The parsed command line.</param>
/// <param name="Terminal">Where to write.</param>
/// <param name="IsJson">Whether a machine reads standard output; it then gets one JSON document and nothing else.</param>
/// <param name="CancellationToken">Cancelled by Ctrl-C.</param>
internal sealed record VerbCall(ParseResult Arguments, Terminal Terminal, bool IsJson, CancellationToken CancellationToken)
{
    public T? Get<T>(Option<T> option) => Arguments.GetValue(option);

    public T Get<T>(Argument<T> argument) => Arguments.GetRequiredValue(argument);

    /// <summary>Whether the option was given.</summary>
    public bool Has(Option option) => Arguments.GetResult(option) is { Implicit: false };

    /// <summary>Writes the JSON document, of a type that the verb's context lists.</summary>
    public void WriteJson<T>(T document, JsonSerializerContext context) => Terminal.Output.WriteLine(JsonText.Of(document, context));

    /// <summary>Says something beside the result; machines don't see it.</summary>
    public void Warn(string text) => Terminal.Tell($"warning: {text}");
}
