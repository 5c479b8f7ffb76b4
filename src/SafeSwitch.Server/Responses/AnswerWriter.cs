using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using SafeSwitch.Guard;

namespace SafeSwitch.Server.Responses;

/// <summary>Puts an answer together as its updates come, and says it as a whole or in pieces.</summary>
/// <param name="model">The model's id.</param>
/// <param name="policy">The policy that guards it.</param>
/// <param name="isStreaming">Whether it is said in pieces.</param>
/// <param name="includesUsage">Whether the pieces end with what it cost.</param>
/// <param name="showsVerdict">Whether it says what the guard saw.</param>
internal sealed class AnswerWriter(string model, string policy, bool isStreaming, bool includesUsage, bool showsVerdict)
{
    private readonly string id = $"chatcmpl-{Guid.NewGuid():N}";
    private readonly long created = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
    private readonly StringBuilder text = new();
    private readonly List<FunctionCallContent> calls = [];
    private ChatFinishReason? reason;
    private UsageDetails? usage;
    private JsonElement? verdict;
    private GuardReport? end;

    /// <summary>What was said so far.</summary>
    public string Text => text.ToString();

    /// <summary>What was called so far.</summary>
    public IReadOnlyList<FunctionCallContent> Calls => calls;

    /// <summary>The first piece: who speaks.</summary>
    public ChatCompletion Beginning() => Piece(new AnswerMessage { Role = "assistant", Content = "" });

    /// <summary>Takes an update.</summary>
    /// <returns>What it says that the pieces before have not said; <see langword="null"/> for nothing.</returns>
    public ChatCompletion? Take(ChatResponseUpdate update)
    {
        var said = update.Text;
        var called = AnswerCall.Of(update.Contents, isPiece: true, first: calls.Count);
        text.Append(said);
        calls.AddRange(update.Contents.OfType<FunctionCallContent>());
        var news = GuardReport.VerdictOf(update.AdditionalProperties);
        verdict = news ?? verdict;
        usage = update.Contents.OfType<UsageContent>().LastOrDefault()?.Details ?? usage;
        if (update.FinishReason is { } ended)
        {
            reason = ended;
            end = showsVerdict ? GuardReport.AtEnd(update.Contents, usage, ended, verdict, policy, update.RawRepresentation as GenerationResult) : null;
        }

        if (!isStreaming || (said.Length == 0 && called is null && update.FinishReason is null && (news is null || !showsVerdict)))
            return null;
        var report = update.FinishReason is not null ? end : showsVerdict && news is not null ? new GuardReport { Verdict = news } : null;
        return Piece(new AnswerMessage { Content = said.Length > 0 ? said : null, ToolCalls = called }, update.FinishReason?.Value) with { Guard = report };
    }

    /// <summary>The last piece, if it was asked for: what it cost.</summary>
    public ChatCompletion? UsageAtEnd() => includesUsage ? Piece(null) with { Choices = [], Usage = ChatUsage.Of(usage) } : null;

    /// <summary>The whole answer.</summary>
    public ChatCompletion Whole() => new()
    {
        Id = id,
        Object = "chat.completion",
        Created = created,
        Model = model,
        Choices =
        [
            new ChatChoice
            {
                Message = new AnswerMessage { Role = "assistant", Content = calls.Count > 0 && text.Length == 0 ? null : Text, ToolCalls = AnswerCall.Of(calls, isPiece: false) },
                FinishReason = (reason ?? throw new InvalidOperationException("The answer did not end.")).Value,
            },
        ],
        Usage = ChatUsage.Of(usage),
        Guard = end,
    };

    private ChatCompletion Piece(AnswerMessage? delta, string? finishReason = null) => new()
    {
        Id = id,
        Object = "chat.completion.chunk",
        Created = created,
        Model = model,
        Choices = [new ChatChoice { Delta = delta, FinishReason = finishReason }],
    };
}
