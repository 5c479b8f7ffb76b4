using Microsoft.Extensions.AI;
using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Policies;
using SafeSwitch.Sampling;

namespace SafeSwitch.Chat;

/// <summary>Between the words of Microsoft.Extensions.AI and ours.</summary>
internal static class ChatRequests
{
    public static GenerationRequest ToRequest(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var request = new GenerationRequest
        {
            Messages = [.. Instructions(options), .. messages.Select(ToMessage)],
        };
        if (options is null)
            return request;

        if (options.Tools is { Count: > 0 })
            throw new NotSupportedException("ChatOptions.Tools: the guarded model can't call tools; expected none.");
        if (options.ResponseFormat is not (null or ChatResponseFormatText))
            throw new NotSupportedException($"ChatOptions.ResponseFormat: found {options.ResponseFormat.GetType().Name}, expected text.");

        var policy = options.AdditionalProperties?.GetValueOrDefault(SafeSwitchChat.PolicyKey);
        return request with
        {
            Sampling = new SamplingOptions
            {
                Temperature = options.Temperature ?? 0,
                TopP = options.TopP ?? 1,
                TopK = options.TopK ?? 0,
                Seed = options.Seed is { } seed ? unchecked((int)seed) : null,
            },
            MaxNewTokens = options.MaxOutputTokens ?? GenerationRequest.DefaultMaxNewTokens,
            StopStrings = options.StopSequences is { } stops ? [.. stops] : [],
            PolicyName = policy as string,
            Policy = policy as SafetyPolicy,
        };
    }

    public static ChatResponseUpdate ToFinalUpdate(GenerationResult result, string modelId, string id) => new()
    {
        Role = ChatRole.Assistant,
        ResponseId = id,
        MessageId = id,
        ModelId = modelId,
        FinishReason = result.FinishReason switch
        {
            FinishReason.Length => ChatFinishReason.Length,
            FinishReason.FixedRefusal or FinishReason.Stopped => ChatFinishReason.ContentFilter,
            _ => ChatFinishReason.Stop,
        },
        Contents =
        [
            new UsageContent(new UsageDetails
            {
                InputTokenCount = result.Usage.PromptTokens,
                OutputTokenCount = result.Usage.AnswerTokens,
                TotalTokenCount = result.Usage.PromptTokens + result.Usage.AnswerTokens,
            }),
        ],
        AdditionalProperties = new() { [SafeSwitchChat.ResultKey] = result },
    };

    private static IEnumerable<PromptMessage> Instructions(ChatOptions? options) =>
        string.IsNullOrEmpty(options?.Instructions) ? [] : [PromptMessage.System(options.Instructions)];

    private static PromptMessage ToMessage(ChatMessage message)
    {
        foreach (var content in message.Contents)
        {
            if (content is not TextContent)
                throw new NotSupportedException($"ChatMessage.Contents: found {content.GetType().Name}, expected text.");
        }

        return new PromptMessage(message.Role.Value, message.Text);
    }
}
