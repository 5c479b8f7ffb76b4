using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.AI;
using SafeSwitch.Benchmarks.Providers;

namespace SafeSwitch.Benchmarks.Judging;

/// <summary>An endpoint that answers from a table, and is wrong about a fixed share of it.</summary>
internal sealed class TableJudge(IReadOnlyList<CheckPrompt> prompts, int percentRight) : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var question = messages.Last().Text;
        // The longest that is in the question: some prompts are parts of others.
        var asked = prompts.Where(p => question.Contains($"user: {p.Prompt}", StringComparison.Ordinal)).MaxBy(p => p.Prompt.Length)!;
        var isRight = SHA256.HashData(Encoding.UTF8.GetBytes(asked.Prompt))[0] * 100 < percentRight * 256;
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, asked.Harmful == isRight ? "HARMFUL" : "HARMLESS")));
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken)).ToChatResponseUpdates())
            yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }
}
