using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using SafeSwitch.Chat;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Classifying;

/// <summary>When another client is called: after the look, or while it goes on.</summary>
public enum GuardTiming
{
    /// <summary>The other client is called once the request was looked at, and never with a refused one.</summary>
    Before,

    /// <summary>Both begin at once, which hides the time of the look; nothing of the answer is passed on before the verdict, and a refused call is cancelled.
    /// The other client has then seen the request.</summary>
    Beside,
}

/// <summary>
/// A small guarded model in front of any client: its prompt probe looks at every request, under its policies. On a positive verdict the policy's
/// refusal is the answer; there is no refusal adapter for somebody else's model, so it is the fixed one. Answers are not looked at.
/// </summary>
/// <param name="inner">The client.</param>
/// <param name="classifier">Who looks; not owned.</param>
/// <param name="timing">When the client is called.</param>
public sealed class PromptGuardChatClient(IChatClient inner, ISafetyClassifier classifier, GuardTiming timing = GuardTiming.Before) : DelegatingChatClient(inner)
{
    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        IList<ChatMessage> conversation = [.. messages];
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var answering = timing == GuardTiming.Beside ? base.GetResponseAsync(conversation, WithoutOurs(options), stop.Token) : null;
        try
        {
            var found = await classifier.ClassifyAsync(conversation, options, cancellationToken).ConfigureAwait(false);
            if (Refusal(found) is { } refusal)
                return new[] { refusal }.ToChatResponse();
            var response = await (answering ?? base.GetResponseAsync(conversation, WithoutOurs(options), stop.Token)).ConfigureAwait(false);
            SafeSwitchChat.Add(response.AdditionalProperties ??= [], found.Verdict);
            return response;
        }
        finally
        {
            await GiveUpAsync(stop, answering).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        return StreamAsync([.. messages], options, cancellationToken);
    }

    /// <inheritdoc/>
    public override object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is null && serviceType == typeof(ISafetyClassifier) ? classifier : base.GetService(serviceType, serviceKey);
    }

    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> conversation, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var updates = timing == GuardTiming.Beside ? Call() : null;
        var moving = updates?.MoveNextAsync().AsTask();
        try
        {
            var found = await classifier.ClassifyAsync(conversation, options, cancellationToken).ConfigureAwait(false);
            if (Refusal(found) is { } refusal)
            {
                yield return refusal;
                yield break;
            }

            updates ??= Call();
            var isFirst = true;
            while (await (moving ?? updates.MoveNextAsync().AsTask()).ConfigureAwait(false))
            {
                moving = null;
                var update = updates.Current;
                if (isFirst)
                    SafeSwitchChat.Add(update.AdditionalProperties ??= [], found.Verdict);
                isFirst = false;
                yield return update;
            }
        }
        finally
        {
            await GiveUpAsync(stop, moving).ConfigureAwait(false);
            if (updates is not null)
                await updates.DisposeAsync().ConfigureAwait(false);
        }

        IAsyncEnumerator<ChatResponseUpdate> Call() => base.GetStreamingResponseAsync(conversation, WithoutOurs(options), stop.Token).GetAsyncEnumerator(stop.Token);
    }

    private static ChatResponseUpdate? Refusal(SafetyClassification found)
    {
        if (found.Verdict.Action == VerdictAction.Continue || found.Policy is { Intervention: Intervention.ObserveOnly, CustomIntervention: null })
            return null;
        var id = Guid.NewGuid().ToString("N");
        return new ChatResponseUpdate
        {
            Role = ChatRole.Assistant,
            Contents = found.Policy.Intervention == Intervention.Stop ? [] : [new TextContent(found.Policy.FixedRefusal)],
            FinishReason = ChatFinishReason.ContentFilter,
            ResponseId = id,
            MessageId = id,
            CreatedAt = DateTimeOffset.UtcNow,
            AdditionalProperties = SafeSwitchChat.With(found.Verdict),
        };
    }

    // The policy is between the host and the guard; another client might send it along.
    private static ChatOptions? WithoutOurs(ChatOptions? options)
    {
        if (options?.AdditionalProperties?.Keys.Any(SafeSwitchChat.IsOurs) != true)
            return options;
        options = options.Clone();
        foreach (var key in options.AdditionalProperties!.Keys.Where(SafeSwitchChat.IsOurs).ToArray())
            options.AdditionalProperties.Remove(key);
        return options;
    }

    // Nobody waits for what the other client says after all, whatever it is.
    private static async Task GiveUpAsync(CancellationTokenSource stop, Task? running)
    {
        if (running is null or { IsCompletedSuccessfully: true })
            return;
        await stop.CancelAsync().ConfigureAwait(false);
        await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
