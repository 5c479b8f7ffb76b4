using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;

namespace SafeSwitch.Chat;

/// <summary>
/// A guarded model as an <see cref="IChatClient"/>. Streaming releases text only once it is cleared; what the guard
/// concluded is read with <see cref="SafeSwitchChat.GetSafetyVerdict(ChatResponse)"/>, everything else about the answer is the
/// <see cref="GenerationResult"/> that the response has as its raw representation. The model computes on pool threads, never on the caller's.
/// </summary>
/// <param name="model">The model; not owned.</param>
public sealed class SafeSwitchChatClient(GuardedModel model) : IChatClient
{
    private readonly ChatClientMetadata metadata = new("safeswitch", providerUri: null, model.Info.Name);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The options ask for something that the model can't give.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var updates = await GetStreamingResponseAsync(messages, options, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        var response = updates.ToChatResponse();
        response.RawRepresentation = updates[^1].RawRepresentation;
        return response;
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The options ask for something that the model can't give.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var request = ChatRequests.ToRequest(messages, options, this);
        return StreamAsync(model.StreamAsync(request, cancellationToken), new AnswerContents(request.Tools, options), cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? metadata
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType == typeof(GuardedModel) ? model
            : null;
    }

    /// <summary>Does nothing: the model belongs to the host.</summary>
    public void Dispose()
    {
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IAsyncEnumerable<GenerationUpdate> updates, AnswerContents contents, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        var created = DateTimeOffset.UtcNow;
        SafetyVerdict? told = null;
        await foreach (var update in updates.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var isNews = !ReferenceEquals(update.Verdict, told);
            var answer = new ChatResponseUpdate
            {
                Role = ChatRole.Assistant,
                Contents = update.Result is { } result ? contents.End(result) : contents.Append(update.Text),
                FinishReason = update.Result is null ? null : contents.FinishReason,
                RawRepresentation = update.Result,
            };
            if (answer.Contents.Count == 0 && !isNews)
                continue;
            answer.ResponseId = id;
            answer.MessageId = id;
            answer.ModelId = model.Info.Name;
            answer.CreatedAt = created;
            if (isNews && update.Verdict is { } verdict)
                answer.AdditionalProperties = SafeSwitchChat.With(told = verdict);
            yield return answer;
        }
    }
}
