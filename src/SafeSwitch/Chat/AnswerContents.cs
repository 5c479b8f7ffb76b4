using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using SafeSwitch.Backends;
using SafeSwitch.Guard;

namespace SafeSwitch.Chat;

/// <summary>What an answer is to whoever asked for it: text as it streams, calls of tools, the bill, and why it ended.</summary>
internal sealed class AnswerContents(IReadOnlyList<ToolDescription> tools, ChatOptions? options)
{
    private readonly ToolCallReader? reader = tools.Count > 0 ? new([.. tools.Select(t => t.Name)]) : null;

    /// <summary>Why it ended, once it has. Whoever knows the interface alone sees an intervention by it.</summary>
    public ChatFinishReason FinishReason { get; private set; }

    /// <summary>Takes a piece of the answer.</summary>
    public IList<AIContent> Append(string piece) => Text(reader is null ? piece : reader.Append(piece));

    /// <summary>Ends it. A refusal is text and calls nothing, whatever was said before it.</summary>
    public IList<AIContent> End(GenerationResult result)
    {
        var isCut = result.FinishReason == Guard.FinishReason.Length;
        var contents = Text(reader is null ? "" : result.Intervened ? reader.GiveUp() : reader.Finish(isWhole: !isCut));
        IReadOnlyList<ToolCall> calls = reader?.Calls ?? [];
        if (options?.AllowMultipleToolCalls == false)
            calls = [.. calls.Take(1)];
        foreach (var call in calls)
            contents.Add(new FunctionCallContent(call.Id, call.Name, call.Arguments.EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value.Clone())));
        FinishReason = result.Intervened ? ChatFinishReason.ContentFilter
            : calls.Count > 0 ? ChatFinishReason.ToolCalls
            : isCut ? ChatFinishReason.Length
            : ChatFinishReason.Stop;

        if (options?.ResponseFormat is ChatResponseFormatJson format && calls.Count == 0 && !result.Intervened && JsonAnswer.FindFault(result.Text, format) is { } fault)
            contents.Add(new ErrorContent($"The answer is not the JSON that was asked for: {fault}.") { ErrorCode = SafeSwitchChat.InvalidJsonCode });
        contents.Add(new UsageContent(new UsageDetails
        {
            InputTokenCount = result.Usage.PromptTokens,
            OutputTokenCount = result.Usage.AnswerTokens,
            TotalTokenCount = result.Usage.PromptTokens + result.Usage.AnswerTokens,
            AdditionalCounts = result.Usage.DiscardedTokens == 0 ? null : new() { [SafeSwitchChat.DiscardedTokensKey] = result.Usage.DiscardedTokens },
        }));
        return contents;
    }

    private static List<AIContent> Text(string text) => text.Length == 0 ? [] : [new TextContent(text)];
}

/// <summary>JSON as an answer's form. The model is told, and what came is looked at: nothing here makes it hold to it.</summary>
internal static class JsonAnswer
{
    /// <summary>What the model is told.</summary>
    public static string Instructions(ChatResponseFormatJson format) =>
        "Answer with JSON alone: no word before it, none after it, no code fence."
        + (format.Schema is { } schema ? $" It must match this JSON schema: {schema.GetRawText()}" : "")
        + (format.SchemaDescription is { Length: > 0 } description ? $" It is: {description}" : "");

    /// <summary>Why a text is not what was asked for: it isn't JSON, or not of the schema's type, or a property that the schema requires is not there.</summary>
    /// <returns><see langword="null"/> if it is; no more of the schema is looked at.</returns>
    public static string? FindFault(string text, ChatResponseFormatJson format)
    {
        try
        {
            var answer = AnswerJson.Parse(Encoding.UTF8.GetBytes(text));
            return format.Schema is { ValueKind: JsonValueKind.Object } schema ? FindFault(answer, schema) : null;
        }
        catch (JsonException)
        {
            return "it isn't JSON, or says a field twice";
        }
    }

    private static string? FindFault(JsonElement answer, JsonElement schema)
    {
        var kind = answer.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.False => "boolean",
            JsonValueKind.Number when answer.TryGetInt64(out _) => "integer",
            var other => other.ToString().ToLowerInvariant(),
        };
        if (schema.TryGetProperty("type", out var type))
        {
            string[] types = Names(type);
            if (types.Length > 0 && !types.Contains(kind) && !(kind == "integer" && types.Contains("number")))
                return $"found {kind}, expected {string.Join(" or ", types)}";
        }

        var missing = answer.ValueKind == JsonValueKind.Object && schema.TryGetProperty("required", out var required)
            ? Names(required).Where(r => !answer.TryGetProperty(r, out _)).ToArray()
            : [];
        return missing.Length > 0 ? $"it lacks {string.Join(", ", missing)}" : null;
    }

    // A name or a list of them; a schema is the host's, and what is neither says nothing here.
    private static string[] Names(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array => [.. value.EnumerateArray().Where(n => n.ValueKind == JsonValueKind.String).Select(n => n.GetString()!)],
        _ => [],
    };
}
