using System.Text.Json.Serialization;
using Microsoft.Extensions.AI;
using SafeSwitch.Chat;
using SafeSwitch.Server.Json;

namespace SafeSwitch.Server.Responses;

/// <summary>A whole answer, or a piece of one, as OpenAI's clients read it.</summary>
internal sealed record ChatCompletion
{
    public required string Id { get; init; }

    /// <summary><c>chat.completion</c> or <c>chat.completion.chunk</c>.</summary>
    public required string Object { get; init; }

    /// <summary>When it began, in seconds since 1970.</summary>
    public required long Created { get; init; }

    public required string Model { get; init; }

    /// <summary>One; none in the last piece of a stream that ends with its usage.</summary>
    public required IReadOnlyList<ChatChoice> Choices { get; init; }

    public ChatUsage? Usage { get; init; }

    /// <summary>What the guard did: the one field that OpenAI's answers don't have.</summary>
    [JsonPropertyName("safeswitch")]
    public GuardReport? Guard { get; init; }
}

/// <summary>An answer.</summary>
internal sealed record ChatChoice
{
    public int Index { get; init; }

    /// <summary>Of a whole answer.</summary>
    public AnswerMessage? Message { get; init; }

    /// <summary>Of a piece.</summary>
    public AnswerMessage? Delta { get; init; }

    /// <summary><see langword="null"/> in every piece but the last.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? FinishReason { get; init; }

    /// <summary>Never any; clients look for it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public object? Logprobs { get; init; }
}

/// <summary>What the assistant says.</summary>
internal sealed record AnswerMessage
{
    public string? Role { get; init; }

    public string? Content { get; init; }

    public IReadOnlyList<AnswerCall>? ToolCalls { get; init; }
}

/// <summary>A call of a tool.</summary>
/// <param name="Index">Which of the answer's calls; of pieces only.</param>
/// <param name="Id">What its result refers to.</param>
/// <param name="Type">Always <c>function</c>.</param>
/// <param name="Function">What is called.</param>
internal sealed record AnswerCall(int? Index, string Id, string Type, AnswerFunction Function)
{
    public static IReadOnlyList<AnswerCall>? Of(IEnumerable<AIContent> contents, bool isPiece, int first = 0)
    {
        AnswerCall[] calls = [.. contents.OfType<FunctionCallContent>().Select((c, i) =>
            new AnswerCall(isPiece ? first + i : null, c.CallId, "function", new AnswerFunction(c.Name, CallArguments.ToJson(c))))];
        return calls.Length == 0 ? null : calls;
    }
}

/// <summary>What a call calls.</summary>
/// <param name="Name">The tool.</param>
/// <param name="Arguments">JSON, as a text.</param>
internal sealed record AnswerFunction(string Name, string Arguments);

/// <summary>What an answer cost, in tokens.</summary>
internal sealed record ChatUsage(long PromptTokens, long CompletionTokens, long TotalTokens)
{
    public static ChatUsage Of(UsageDetails? usage) => new(usage?.InputTokenCount ?? 0, usage?.OutputTokenCount ?? 0, usage?.TotalTokenCount ?? 0);
}
