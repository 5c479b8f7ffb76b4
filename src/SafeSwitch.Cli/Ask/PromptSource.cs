using System.CommandLine;
using SafeSwitch.Backends;
using SafeSwitch.Cli.Shared;

namespace SafeSwitch.Cli.Ask;

/// <summary>Where the request comes from: the command line, a file of messages, or standard input.</summary>
internal sealed class PromptSource
{
    private readonly Argument<string?> prompt = new("PROMPT")
    {
        Description = "The request; without it, standard input",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> messages = new("--messages")
    {
        Description = "A conversation instead: a JSON file of [{\"role\", \"content\"}…]",
        HelpName = "FILE",
    };

    public void AddTo(Command command)
    {
        command.Add(prompt);
        command.Add(messages);
    }

    public async Task<IReadOnlyList<PromptMessage>> ReadAsync(VerbCall call)
    {
        var text = call.Arguments.GetValue(prompt);
        if (call.Get(messages) is { } file)
            return text is null ? MessagesFile.Read(file) : throw new UsageException("Found both PROMPT and --messages, expected one of them.");

        if (text is null or "-")
        {
            if (text is null && !call.Terminal.IsInputPiped)
                throw new UsageException("There is no request: give PROMPT, --messages FILE, or pipe it in.");
            text = (await call.Terminal.Input.ReadToEndAsync(call.CancellationToken).ConfigureAwait(false)).TrimEnd('\r', '\n');
        }

        return string.IsNullOrWhiteSpace(text) ? throw new UsageException("The request is empty, expected a text.") : [PromptMessage.User(text)];
    }
}
