using SafeSwitch.Monitoring;
using SafeSwitch.Policies;

namespace SafeSwitch.Guard;

/// <summary>A piece of an answer as it is released: some text, or, last, the result.</summary>
/// <param name="Text">Text to append; empty in the last update.</param>
/// <param name="Result">The result, in the last update only. Its text is that of all updates together.</param>
public readonly record struct GenerationUpdate(string Text, GenerationResult? Result = null)
{
    /// <summary>What the monitor concluded last when this was released; <see langword="null"/> if the request is unguarded.</summary>
    public SafetyVerdict? Verdict { get; init; }
}

/// <summary>A whole answer.</summary>
public sealed record GenerationResult
{
    /// <summary>The answer.</summary>
    public required string Text { get; init; }

    /// <summary>
    /// Its tokens, without the one that ended it. Of an answer that was intervened on in the middle: those of the cleared beginning,
    /// then those of the refusal. Text of the host's, such as a fixed refusal, has none.
    /// </summary>
    public required IReadOnlyList<int> Tokens { get; init; }

    /// <summary>Why it ended.</summary>
    public required FinishReason FinishReason { get; init; }

    /// <summary>What the monitor concluded last; <see langword="null"/> if the request was unguarded.</summary>
    public required SafetyVerdict? Verdict { get; init; }

    /// <summary>Whether the guard changed the answer.</summary>
    public required bool Intervened { get; init; }

    /// <summary>What it cost, in tokens.</summary>
    public required GenerationUsage Usage { get; init; }

    /// <summary>What it cost, in time.</summary>
    public required GenerationTimings Timings { get; init; }
}

/// <summary>Why an answer ended.</summary>
public enum FinishReason
{
    /// <summary>The model ended it.</summary>
    EndOfAnswer,

    /// <summary>A stop string appeared.</summary>
    StopString,

    /// <summary>The limit of new tokens was reached: the request's, the context's, or <see cref="SafetyPolicy.AdapterTokens"/>.</summary>
    Length,

    /// <summary>A fixed refusal, or another text of the host's, was given in place of an answer.</summary>
    FixedRefusal,

    /// <summary>The policy ended it.</summary>
    Stopped,
}

/// <summary>What an answer cost, in tokens.</summary>
/// <param name="PromptTokens">Tokens of the prompt, run once.</param>
/// <param name="AnswerTokens">Tokens of the answer.</param>
/// <param name="DiscardedTokens">Held-back tokens that an intervention threw away.</param>
/// <param name="DecodeSteps">Single-token runs, those of the guard included.</param>
public readonly record struct GenerationUsage(int PromptTokens, int AnswerTokens, int DiscardedTokens, int DecodeSteps);

/// <summary>What an answer cost, in time.</summary>
/// <param name="Prefill">From the request until the prompt was run, waiting for its turn and for a thread included.</param>
/// <param name="Monitor">Inside the monitor, all stages.</param>
/// <param name="FirstToken">From the request to the first text that was released; <see cref="Total"/> if there was none.</param>
/// <param name="Total">From the request to the end.</param>
public readonly record struct GenerationTimings(TimeSpan Prefill, TimeSpan Monitor, TimeSpan FirstToken, TimeSpan Total);
