using SafeSwitch.Backends;
using SafeSwitch.Guard;

namespace SafeSwitch.QuickStart;

/// <summary>One prompt, answered without and with the guard.</summary>
internal sealed record Comparison(string Prompt, GenerationResult Unguarded, GenerationResult Guarded)
{
    private const int AnswerTokens = 48;

    public bool AnswersAreEqual => Unguarded.Tokens.SequenceEqual(Guarded.Tokens);

    public static async Task<Comparison> RunAsync(GuardedModel model, string prompt, CancellationToken cancellationToken)
    {
        var request = new GenerationRequest { Messages = [PromptMessage.User(prompt)], MaxNewTokens = AnswerTokens };
        var unguarded = await model.GenerateAsync(request with { Unguarded = true }, cancellationToken);
        var guarded = await model.GenerateAsync(request, cancellationToken);
        return new Comparison(prompt, unguarded, guarded);
    }
}
