using System.Text.Json;
using Microsoft.Extensions.AI;
using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Policies;
using SafeSwitch.Sampling;

namespace SafeSwitch.Chat;

/// <summary>
/// From the words of Microsoft.Extensions.AI to ours. What the guarded model can't do is refused by name; what has no meaning for it
/// is ignored, and the table in <c>docs/chat.md</c> says which is which.
/// </summary>
internal static class ChatRequests
{
    public static GenerationRequest ToRequest(IEnumerable<ChatMessage> messages, ChatOptions? options, IChatClient client)
    {
        PromptMessage[] prompt = [.. Instructions(options), .. messages.Select(ToMessage)];
        if (options is null)
            return new GenerationRequest { Messages = prompt };

        Refuse(options);
        var start = options.RawRepresentationFactory?.Invoke(client) as GenerationRequest ?? new GenerationRequest { Messages = prompt };
        var request = start with
        {
            Messages = prompt,
            Sampling = Sampling(options, start.Sampling),
            MaxNewTokens = options.MaxOutputTokens ?? start.MaxNewTokens,
            StopStrings = options.StopSequences is { } stops ? [.. stops] : start.StopStrings,
        };
        return WithPolicy(request, options.AdditionalProperties);
    }

    // Top-k or top-p alone ask for sampling too, as they do of other clients.
    private static SamplingOptions Sampling(ChatOptions options, SamplingOptions start) => start with
    {
        Temperature = options.Temperature ?? (start.Temperature == 0 && (options.TopP ?? options.TopK) is not null ? 1 : start.Temperature),
        TopP = options.TopP ?? start.TopP,
        TopK = options.TopK ?? start.TopK,
        Seed = options.Seed is { } seed ? Fold(seed) : start.Seed,
    };

    // Seeds of 32 bits stay as they are, and the upper bits of others count.
    private static int Fold(long seed) => seed is >= int.MinValue and <= int.MaxValue ? (int)seed : unchecked((int)seed ^ (int)(seed >> 32));

    private static void Refuse(ChatOptions options)
    {
        if (options.Tools is { Count: > 0 } && options.ToolMode is not NoneChatToolMode)
            throw new NotSupportedException("ChatOptions.Tools: the guarded model can't call tools; expected none, or ToolMode None.");
        if (options.ToolMode is RequiredChatToolMode)
            throw new NotSupportedException("ChatOptions.ToolMode: the guarded model can't call tools; expected Auto or None.");
        if (options.ResponseFormat is ChatResponseFormatJson { Schema: not null })
            throw new NotSupportedException("ChatOptions.ResponseFormat: the guarded model can't hold to a JSON schema; expected text, or JSON without a schema.");
        if (options.FrequencyPenalty is not (null or 0))
            throw new NotSupportedException("ChatOptions.FrequencyPenalty: the guarded model has none; expected nothing or 0. SamplingOptions.RepetitionPenalty comes near it.");
        if (options.PresencePenalty is not (null or 0))
            throw new NotSupportedException("ChatOptions.PresencePenalty: the guarded model has none; expected nothing or 0. SamplingOptions.RepetitionPenalty comes near it.");
        if (options.ConversationId is not null)
            throw new NotSupportedException("ChatOptions.ConversationId: the guarded model keeps no conversations; expected none, and the whole conversation in the messages.");
        if (options.ContinuationToken is not null)
            throw new NotSupportedException("ChatOptions.ContinuationToken: the guarded model gives no answers to go on with; expected none.");
    }

    /// <exception cref="ArgumentException">A setting of the guard's is not understood: it is never taken for the default.</exception>
    private static GenerationRequest WithPolicy(GenerationRequest request, AdditionalPropertiesDictionary? properties)
    {
        foreach (var (key, value) in properties ?? [])
        {
            if (!key.StartsWith(SafeSwitchChat.KeyPrefix, StringComparison.OrdinalIgnoreCase))
                continue;
            if (!key.Equals(SafeSwitchChat.PolicyKey, StringComparison.OrdinalIgnoreCase))
                throw new ArgumentException($"ChatOptions.AdditionalProperties: found '{key}', expected '{SafeSwitchChat.PolicyKey}', the only setting of this prefix.", nameof(properties));
            request = value switch
            {
                string name => request with { PolicyName = name, Policy = null },
                SafetyPolicy policy => request with { Policy = policy },
                // What a name becomes when the options went through JSON.
                JsonElement { ValueKind: JsonValueKind.String } name => request with { PolicyName = name.GetString(), Policy = null },
                JsonElement other => throw NotAPolicy($"JSON of kind {other.ValueKind}"),
                null => throw NotAPolicy("nothing"),
                _ => throw NotAPolicy(value.GetType().Name),
            };
        }

        return request;

        static ArgumentException NotAPolicy(string found) => new(
            $"ChatOptions.AdditionalProperties: '{SafeSwitchChat.PolicyKey}': found {found}, expected a policy's name or a {nameof(SafetyPolicy)}.", nameof(properties));
    }

    private static IEnumerable<PromptMessage> Instructions(ChatOptions? options) =>
        string.IsNullOrEmpty(options?.Instructions) ? [] : [PromptMessage.System(options.Instructions)];

    // What another client left in the history beside text, its reasoning or its bill, is no part of the conversation.
    private static PromptMessage ToMessage(ChatMessage? message)
    {
        if (message is null)
            throw new ArgumentException("A message is null.", nameof(message));
        foreach (var content in message.Contents)
        {
            if (content is not (null or TextContent or TextReasoningContent or UsageContent or ErrorContent))
                throw new NotSupportedException($"ChatMessage.Contents: found {content.GetType().Name}, expected text.");
        }

        return new PromptMessage(message.Role.Value, string.Concat(message.Contents.OfType<TextContent>().Select(c => c.Text)));
    }
}
