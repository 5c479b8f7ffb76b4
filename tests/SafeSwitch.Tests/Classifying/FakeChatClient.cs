using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace SafeSwitch.Tests.Classifying;

/// <summary>Somebody else's client, which answers what a test says.</summary>
internal sealed class FakeChatClient(Func<IReadOnlyList<ChatMessage>, CancellationToken, Task<string>> answer) : IChatClient
{
    public FakeChatClient(string answer)
        : this((_, _) => Task.FromResult(answer))
    {
    }

    public List<IReadOnlyList<ChatMessage>> Asked { get; } = [];

    public ChatOptions? Options { get; private set; }

    public async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Note(messages, options);
        return new ChatResponse(new ChatMessage(ChatRole.Assistant, await answer(Asked[^1], cancellationToken))) { FinishReason = ChatFinishReason.Stop };
    }

    // Not an iterator: it knows of the request as soon as it is called.
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        Note(messages, options);
        return StreamAsync(cancellationToken);
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
    }

    private void Note(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        lock (Asked)
            Asked.Add([.. messages]);
        Options = options;
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var word in (await answer(Asked[^1], cancellationToken)).Split(' '))
            yield return new ChatResponseUpdate(ChatRole.Assistant, word + " ");
    }
}
