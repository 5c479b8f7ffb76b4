using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using SafeSwitch.Guard;

namespace SafeSwitch.Chat;

/// <summary>
/// A guarded model as an <see cref="IChatClient"/>. Streaming releases text only once it is cleared; what the guard
/// concluded is read with <see cref="SafeSwitchChat.GetSafetyVerdict"/>.
/// </summary>
/// <param name="model">The model; not owned.</param>
public sealed class SafeSwitchChatClient(GuardedModel model) : IChatClient
{
    private readonly ChatClientMetadata metadata = new("safeswitch", providerUri: null, model.Info.Name);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The options ask for something that the model can't give, such as tools.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The options ask for something that the model can't give, such as tools.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync(ChatRequests.ToRequest(messages, options), cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? metadata
            : serviceType.IsInstanceOfType(model) ? model
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Does nothing: the model belongs to the host.</summary>
    public void Dispose()
    {
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        GenerationRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var id = Guid.NewGuid().ToString("N");
        await foreach (var update in model.StreamAsync(request, cancellationToken).ConfigureAwait(false))
        {
            yield return update.Result is { } result
                ? ChatRequests.ToFinalUpdate(result, model.Info.Name, id)
                : new ChatResponseUpdate(ChatRole.Assistant, update.Text) { ResponseId = id, MessageId = id, ModelId = model.Info.Name };
        }
    }
}
