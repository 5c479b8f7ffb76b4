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
    /// <exception cref="NotSupportedException">The options ask for something that the model can't give, such as tools.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var updates = await GetStreamingResponseAsync(messages, options, cancellationToken).ToListAsync(cancellationToken).ConfigureAwait(false);
        var response = updates.ToChatResponse();
        response.RawRepresentation = updates[^1].RawRepresentation;
        return response;
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The options ask for something that the model can't give, such as tools.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync(model.StreamAsync(ChatRequests.ToRequest(messages, options, this), cancellationToken), cancellationToken);
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
        IAsyncEnumerable<GenerationUpdate> updates, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        var created = DateTimeOffset.UtcNow;
        SafetyVerdict? told = null;
        await foreach (var update in updates.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            var answer = update.Result is { } result ? ToLastUpdate(result) : new ChatResponseUpdate(ChatRole.Assistant, update.Text);
            answer.ResponseId = id;
            answer.MessageId = id;
            answer.ModelId = model.Info.Name;
            answer.CreatedAt = created;
            if (update.Verdict is { } verdict && !ReferenceEquals(verdict, told))
                answer.AdditionalProperties = SafeSwitchChat.With(told = verdict);
            yield return answer;
        }
    }

    // Whoever knows the interface alone sees an intervention by its finish reason.
    private static ChatResponseUpdate ToLastUpdate(GenerationResult result) => new()
    {
        Role = ChatRole.Assistant,
        FinishReason = result.Intervened ? ChatFinishReason.ContentFilter
            : result.FinishReason == FinishReason.Length ? ChatFinishReason.Length
            : ChatFinishReason.Stop,
        Contents =
        [
            new UsageContent(new UsageDetails
            {
                InputTokenCount = result.Usage.PromptTokens,
                OutputTokenCount = result.Usage.AnswerTokens,
                TotalTokenCount = result.Usage.PromptTokens + result.Usage.AnswerTokens,
                AdditionalCounts = result.Usage.DiscardedTokens == 0 ? null : new() { [SafeSwitchChat.DiscardedTokensKey] = result.Usage.DiscardedTokens },
            }),
        ],
        RawRepresentation = result,
    };
}
