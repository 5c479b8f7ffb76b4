using System.Text;
using SafeSwitch.Backends;
using SafeSwitch.Guard;
using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Evaluation.Running;

/// <summary>One way to answer, by the guarded loop itself.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Loop">The model behind its guard, which knows the policy by the method's name.</param>
/// <param name="Policy">The policy; <see langword="null"/> for the model as it is.</param>
/// <param name="Recorder">Where the loop's parts write to.</param>
internal sealed record ComparedMethod(string Name, GuardedModel Loop, SafetyPolicy? Policy, Recorder Recorder)
{
    /// <summary>Answers a conversation as a host would have it answered, greedily.</summary>
    /// <param name="messages">The conversation.</param>
    /// <param name="limit">Most tokens.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="isEnough">Whether the text so far tells all that is asked of it; the answer then counts as cut.</param>
    public async ValueTask<MethodAnswer> AnswerAsync(
        IReadOnlyList<PromptMessage> messages, int limit, CancellationToken cancellationToken, Func<StringBuilder, bool>? isEnough = null)
    {
        var record = Recorder.Begin(Policy);
        var text = new StringBuilder();
        GenerationResult? result = null;
        await foreach (var update in Loop.StreamAsync(Request(messages, limit), cancellationToken).ConfigureAwait(false))
        {
            text.Append(update.Text);
            result = update.Result;
            if (result is null && isEnough?.Invoke(text) == true)
                break;
        }

        if ((record.Fault ?? (result?.Verdict is { IsError: true } verdict ? verdict.Reason : null)) is { } fault)
            throw new SafeSwitchException($"'{Name}' can't be measured: {fault}.");
        return new MethodAnswer(this, record, text.ToString(), result) { Limit = limit };
    }

    /// <summary>
    /// The same, with room for a refusal: an answer that is intervened on may have as many tokens more as a refusal. Where the loop looks does
    /// not change with the room, except for a last look that the limit itself brought about; then the refusal has to do with what was left.
    /// </summary>
    public async ValueTask<MethodAnswer> AnswerAsync(
        IReadOnlyList<PromptMessage> messages, int limit, int refusalLimit, int room, CancellationToken cancellationToken)
    {
        var first = await AnswerAsync(messages, limit, cancellationToken).ConfigureAwait(false);
        if (first.Record.ShownBeforeRestart is not { } shown)
            return first;
        var enough = Math.Min(room, Math.Max(shown + refusalLimit, first.TokensAtRestart));
        if (enough == limit)
            return first;
        var again = await AnswerAsync(messages, enough, cancellationToken).ConfigureAwait(false);
        return again.Record.ShownBeforeRestart == shown ? again : first;
    }

    public GenerationRequest Request(IReadOnlyList<PromptMessage> messages, int limit) => new()
    {
        Messages = messages,
        MaxNewTokens = limit,
        PolicyName = Policy is null ? null : Name,
        Unguarded = Policy is null,
        Timeout = TimeSpan.FromDays(1),
    };
}

/// <summary>What a method answered.</summary>
/// <param name="Method">The method.</param>
/// <param name="Record">What happened meanwhile.</param>
/// <param name="Text">The text that was shown.</param>
/// <param name="Result">The loop's result; <see langword="null"/> of an answer that was left early.</param>
internal sealed record MethodAnswer(ComparedMethod Method, RunRecord Record, string Text, GenerationResult? Result)
{
    /// <summary>Most tokens that it could have.</summary>
    public required int Limit { get; init; }

    public bool IsIntervened => Result?.Intervened ?? Record.Restarts > 0;

    /// <summary>Whether the refusal adapter gave all of it.</summary>
    public bool IsAdapterAlone => Record.ShownBeforeRestart == 0 && Result?.FinishReason is null or FinishReason.EndOfAnswer or FinishReason.Length;

    /// <summary>Tokens that the answer had when it was first begun again, those thrown away included.</summary>
    public int TokensAtRestart => (Record.ShownBeforeRestart ?? 0) + (Result?.Usage.DiscardedTokens ?? 0);

    public EvaluatedAnswer Answer
    {
        get
        {
            var tokens = Result?.Tokens.Count ?? Record.TokensShowing(Text.Length);
            var shown = Record.ShownBeforeRestart ?? (IsIntervened ? tokens : 0);
            return new EvaluatedAnswer
            {
                Text = Text,
                Tokens = tokens,
                ReleasedTokens = shown > 0 ? shown : null,
                FinishReason = Result?.FinishReason ?? FinishReason.Length,
                // The last token of an answer that was left early was shown before it was run.
                DecodeMs = Record.DecodeMs(Result is null ? tokens - 1 : int.MaxValue),
            };
        }
    }

    public MethodCost Cost => new(Record.FirstTokenMs, Record.MonitorMs, (Result?.Usage.DiscardedTokens ?? 0) + Record.Restarts);

    public bool IsSame(MethodAnswer other) =>
        Text == other.Text && Answer.Tokens == other.Answer.Tokens && Answer.FinishReason == other.Answer.FinishReason;
}
