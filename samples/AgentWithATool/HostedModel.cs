using Microsoft.Extensions.AI;

namespace SafeSwitch.AgentWithATool;

/// <summary>Stands for a model that somebody else runs and that can call tools: it reads a note if that is asked for, and tells what it was given.</summary>
internal sealed class HostedModel : IChatClient
{
    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var last = messages.Last();
        var result = last.Contents.OfType<FunctionResultContent>().FirstOrDefault();
        var isAsked = result is null && options?.Tools is [AIFunctionDeclaration, ..] && last.Text.StartsWith("Read the note ", StringComparison.Ordinal);
        AIContent answer = isAsked
            ? new FunctionCallContent(Guid.NewGuid().ToString("N"), options!.Tools![0].Name, new Dictionary<string, object?> { ["name"] = last.Text["Read the note ".Length..].TrimEnd('.') })
            : new TextContent($"(the hosted model was given '{result?.Result ?? last.Text}')");
        return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, [answer])) { FinishReason = isAsked ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop });
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
