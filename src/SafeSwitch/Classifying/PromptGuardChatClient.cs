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
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // On a thread of its own: a client may block, or throw at the call, and neither keeps anybody from looking.
        var answering = timing == GuardTiming.Beside ? Task.Run(CallAsync, CancellationToken.None) : null;
        try
        {
            var found = await classifier.ClassifyAsync(conversation, options, cancellationToken).ConfigureAwait(false);
            return Refusal(found) is { } refusal
                ? new[] { refusal }.ToChatResponse()
                : With(found.Verdict, await (answering ??= CallAsync()).ConfigureAwait(false));
        }
        finally
        {
            _ = LeaveAsync(stop, answering, null);
        }

        Task<ChatResponse> CallAsync() => base.GetResponseAsync(conversation, WithoutOurs(options), stop.Token);
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
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var beginning = timing == GuardTiming.Beside ? Task.Run(BeginAsync, CancellationToken.None) : null;
        IAsyncEnumerator<ChatResponseUpdate>? updates = null;
        try
        {
            var found = await classifier.ClassifyAsync(conversation, options, cancellationToken).ConfigureAwait(false);
            if (Refusal(found) is { } refusal)
            {
                yield return refusal;
                yield break;
            }

            (updates, var hasNext) = await (beginning ??= BeginAsync()).ConfigureAwait(false);
            // An answer without a single update has a verdict all the same.
            yield return With(found.Verdict, hasNext ? updates.Current : new ChatResponseUpdate { Role = ChatRole.Assistant });
            while (hasNext && await updates.MoveNextAsync().ConfigureAwait(false))
                yield return updates.Current;
        }
        finally
        {
            if (updates is not null)
                await updates.DisposeAsync().ConfigureAwait(false);
            _ = LeaveAsync(stop, updates is null ? beginning : null, async () => await (await beginning!.ConfigureAwait(false)).Updates.DisposeAsync().ConfigureAwait(false));
        }

        async Task<(IAsyncEnumerator<ChatResponseUpdate> Updates, bool HasNext)> BeginAsync()
        {
            var begun = base.GetStreamingResponseAsync(conversation, WithoutOurs(options), stop.Token).GetAsyncEnumerator(stop.Token);
            try
            {
                return (begun, await begun.MoveNextAsync().ConfigureAwait(false));
            }
            catch
            {
                await begun.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    // What is done is what the guard of the policy that has decided does.
    private static ChatResponseUpdate? Refusal(SafetyClassification found)
    {
        var policy = found.Policy.ActingFor(found.Verdict.Guard);
        if (found.Verdict.Action == VerdictAction.Continue || policy is { Intervention: Intervention.ObserveOnly, CustomIntervention: null })
            return null;
        var id = Guid.NewGuid().ToString("N");
        return new ChatResponseUpdate
        {
            Role = ChatRole.Assistant,
            Contents = policy.Intervention == Intervention.Stop || string.IsNullOrWhiteSpace(policy.FixedRefusal) ? [] : [new TextContent(policy.FixedRefusal)],
            FinishReason = ChatFinishReason.ContentFilter,
            ResponseId = id,
            MessageId = id,
            CreatedAt = DateTimeOffset.UtcNow,
            AdditionalProperties = SafeSwitchChat.With(found.Verdict),
        };
    }

    // Copies: a client may give the same object to everybody, and a verdict is one request's. The last message has it too, which is what is stored.
    private static ChatResponse With(SafetyVerdict verdict, ChatResponse? response)
    {
        if (response is null)
            throw NothingGiven("response");
        var messages = response.Messages.ToArray();
        if (messages is [.., { } last])
        {
            messages[^1] = last.Clone();
            messages[^1].AdditionalProperties = With(verdict, last.AdditionalProperties);
        }

        return new ChatResponse(messages)
        {
            ResponseId = response.ResponseId,
            ConversationId = response.ConversationId,
            ModelId = response.ModelId,
            CreatedAt = response.CreatedAt,
            FinishReason = response.FinishReason,
            Usage = response.Usage,
            ContinuationToken = response.ContinuationToken,
            RawRepresentation = response.RawRepresentation,
            AdditionalProperties = With(verdict, response.AdditionalProperties),
        };
    }

    private static ChatResponseUpdate With(SafetyVerdict verdict, ChatResponseUpdate? update)
    {
        var copy = (update ?? throw NothingGiven("update")).Clone();
        copy.AdditionalProperties = With(verdict, update.AdditionalProperties);
        return copy;
    }

    private static AdditionalPropertiesDictionary With(SafetyVerdict verdict, AdditionalPropertiesDictionary? properties)
    {
        var copy = properties?.Clone() ?? [];
        SafeSwitchChat.Add(copy, verdict);
        return copy;
    }

    private static InvalidOperationException NothingGiven(string what) => new($"The client behind the guard gave null, expected a {what}.");

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

    // Nobody waits for what the other client says after all, nor for it to notice: it may never end. Whenever it does, it is let go of.
    private static async Task LeaveAsync(CancellationTokenSource stop, Task? running, Func<Task>? letGo)
    {
        if (running is { IsCompleted: false })
            await stop.CancelAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (running is not null)
        {
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (letGo is not null)
                await Task.Run(letGo).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        stop.Dispose();
    }
}
