using Microsoft.Extensions.AI;
using SafeSwitch.Chat;
using SafeSwitch.Guard;

namespace SafeSwitch.Classifying;

/// <summary>Says what conversations ask for, without answering them. Thread-safe.</summary>
public interface ISafetyClassifier
{
    /// <summary>Looks at one conversation.</summary>
    /// <param name="messages">The conversation. Every message but system text and the assistant's own turns is looked at.</param>
    /// <param name="options">Its instructions and its policy (<see cref="SafeSwitchChat.WithSafetyPolicy(ChatOptions, string)"/>); nothing else of them counts.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The verdict of the prompt stage. What can't be looked at counts as the policy's failure mode says.</returns>
    /// <exception cref="ArgumentException">There are no messages, or there is no such policy.</exception>
    Task<SafetyClassification> ClassifyAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default);

    /// <summary>Looks at many, as many at a time as there are processors.</summary>
    /// <returns>One for each conversation, in their order.</returns>
    /// <inheritdoc cref="ClassifyAsync(IEnumerable{ChatMessage}, ChatOptions?, CancellationToken)"/>
    async Task<IReadOnlyList<SafetyClassification>> ClassifyAllAsync(
        IReadOnlyList<IEnumerable<ChatMessage>> conversations, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(conversations);
        var found = new SafetyClassification[conversations.Count];
        await Parallel.ForAsync(0, found.Length, cancellationToken, async (i, token) =>
            found[i] = await ClassifyAsync(conversations[i], options, token).ConfigureAwait(false)).ConfigureAwait(false);
        return found;
    }
}

/// <summary>A guarded model that only looks.</summary>
/// <param name="model">The model; not owned.</param>
public sealed class ModelClassifier(GuardedModel model) : ISafetyClassifier
{
    /// <inheritdoc/>
    public Task<SafetyClassification> ClassifyAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        try
        {
            return model.ClassifyAsync(ChatRequests.ToClassification(messages, options), cancellationToken);
        }
        catch (NotSupportedException e)
        {
            // A picture, say: nothing here can read it, and what was not read is not safe.
            return Task.FromResult(model.CannotClassify(ChatRequests.ToClassification([], options), "it holds more than text", e));
        }
    }
}
