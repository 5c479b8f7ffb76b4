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
    // Every blank would be tokens of the prompt.
    private static readonly JsonSerializerOptions CompactJson = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false };

    public static GenerationRequest ToRequest(IEnumerable<ChatMessage> messages, ChatOptions? options, IChatClient client)
    {
        PromptMessage[] prompt = [.. Instructions(options), .. ToMessages(messages)];
        if (options is null)
            return new GenerationRequest { Messages = prompt };

        Refuse(options);
        var start = options.RawRepresentationFactory?.Invoke(client) as GenerationRequest ?? new GenerationRequest { Messages = prompt };
        var request = start with
        {
            Messages = prompt,
            Tools = Tools(options),
            Sampling = Sampling(options, start.Sampling),
            MaxNewTokens = options.MaxOutputTokens ?? start.MaxNewTokens,
            StopStrings = options.StopSequences is { } stops ? [.. stops] : start.StopStrings,
        };
        return WithPolicy(request, options.AdditionalProperties);
    }

    /// <summary>
    /// What is looked at in front of another client: the messages, the instructions and the policy. What else the options say is that client's.
    /// </summary>
    public static GenerationRequest ToClassification(IEnumerable<ChatMessage> messages, ChatOptions? options) => WithPolicy(
        new GenerationRequest { Messages = [.. string.IsNullOrEmpty(options?.Instructions) ? [] : (PromptMessage[])[PromptMessage.System(options.Instructions)], .. ToMessages(messages)] },
        options?.AdditionalProperties);

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
        if (options.ToolMode is RequiredChatToolMode)
            throw new NotSupportedException("ChatOptions.ToolMode: the guarded model can't be made to call a tool; expected Auto or None.");
        if (options.FrequencyPenalty is not (null or 0))
            throw new NotSupportedException("ChatOptions.FrequencyPenalty: the guarded model has none; expected nothing or 0. SamplingOptions.RepetitionPenalty is the nearest setting.");
        if (options.PresencePenalty is not (null or 0))
            throw new NotSupportedException("ChatOptions.PresencePenalty: the guarded model has none; expected nothing or 0. SamplingOptions.RepetitionPenalty is the nearest setting.");
        if (options.ConversationId is not null)
            throw new NotSupportedException("ChatOptions.ConversationId: the guarded model keeps no conversations; expected none, and the whole conversation in the messages.");
        if (options.ContinuationToken is not null)
            throw new NotSupportedException("ChatOptions.ContinuationToken: the guarded model has no answers to resume; expected none.");
    }

    /// <exception cref="ArgumentException">A setting of the guard's is not understood: it is never taken for the default.</exception>
    public static GenerationRequest WithPolicy(GenerationRequest request, AdditionalPropertiesDictionary? properties)
    {
        foreach (var (key, value) in properties ?? [])
        {
            if (!SafeSwitchChat.IsOurs(key))
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

    private static ToolDescription[] Tools(ChatOptions options) => options.ToolMode is NoneChatToolMode ? [] : [.. (options.Tools ?? []).Select(t => t is AIFunctionDeclaration function
        ? new ToolDescription(function.Name, function.Description, function.JsonSchema)
        : throw new NotSupportedException($"ChatOptions.Tools: found {t?.GetType().Name ?? "null"}, expected functions: the guarded model runs nothing by itself."))];

    // One system message: there are templates that take no second one.
    private static IEnumerable<PromptMessage> Instructions(ChatOptions? options)
    {
        string[] parts = [options?.Instructions ?? "", options?.ResponseFormat is ChatResponseFormatJson format ? JsonAnswer.Instructions(format) : ""];
        var text = string.Join("\n\n", parts.Where(p => p.Length > 0));
        return text.Length == 0 ? [] : [PromptMessage.System(text)];
    }

    private static IEnumerable<PromptMessage> ToMessages(IEnumerable<ChatMessage?> messages)
    {
        var names = new Dictionary<string, string>();
        foreach (var message in messages)
        {
            if (message is null)
                throw new ArgumentException("A message is null.", nameof(messages));
            List<ToolCall> calls = [];
            List<string> texts = [];
            var isSomethingElse = false;
            foreach (var content in message.Contents)
            {
                switch (content)
                {
                    // What another client left in the history beside text, its reasoning or its bill, isn't part of the conversation.
                    case null or TextReasoningContent or UsageContent or ErrorContent:
                        break;
                    case TextContent said:
                        texts.Add(said.Text);
                        break;
                    case FunctionCallContent call:
                        names[call.CallId] = call.Name;
                        calls.Add(new ToolCall(call.CallId, call.Name, Json(call.Arguments ?? new Dictionary<string, object?>(), $"arguments of the call '{call.CallId}'")));
                        break;
                    // One message may hold several results; templates want a message for each. Whatever its role, nobody here said it: it is content.
                    case FunctionResultContent result:
                        isSomethingElse = true;
                        yield return PromptMessage.ToolResult(Text(result.Result, result.CallId), result.CallId, names.GetValueOrDefault(result.CallId));
                        break;
                    default:
                        throw new NotSupportedException($"ChatMessage.Contents: found {content.GetType().Name}, expected text, calls of functions and their results.");
                }
            }

            // One text is taken as it is: it may be as long as anything that will be refused. Many are joined once.
            var text = texts is [var only] ? only : string.Concat(texts);
            if (text.Length > 0 || calls.Count > 0 || !isSomethingElse)
                yield return new PromptMessage(message.Role.Value, text) { ToolCalls = calls.Count > 0 ? (IReadOnlyList<ToolCall>)calls : [], IsFromOutside = IsFromOutside(message) };
        }
    }

    // What is said there but not understood never takes a look away.
    private static bool IsFromOutside(ChatMessage message) =>
        message.AdditionalProperties?.GetValueOrDefault(SafeSwitchChat.FromOutsideKey) is not (null or false or JsonElement { ValueKind: JsonValueKind.False or JsonValueKind.Null });

    private static string Text(object? result, string callId) => result switch
    {
        string text => text,
        JsonElement { ValueKind: JsonValueKind.String } json => json.GetString()!,
        TextContent content => content.Text,
        _ => Json(result, $"a result of the call '{callId}'").GetRawText(),
    };

    // Whatever the host's functions take and give: what has no JSON (a cycle, a delegate, NaN) can't be read by a model.
    private static JsonElement Json(object? value, string what)
    {
        try
        {
            return JsonSerializer.SerializeToElement(value, CompactJson.GetTypeInfo(typeof(object)));
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or InvalidOperationException)
        {
            throw new NotSupportedException($"ChatMessage.Contents: found {what} that can't be written as JSON, expected one that can: {e.Message}", e);
        }
    }
}
