using System.ComponentModel.DataAnnotations;
using SafeSwitch.Backends;
using SafeSwitch.Policies;
using SafeSwitch.Sampling;

namespace SafeSwitch.Guard;

/// <summary>What to answer and how. Everything but <see cref="Messages"/> is the host's choice.</summary>
public sealed record GenerationRequest
{
    /// <summary>New tokens unless <see cref="MaxNewTokens"/> says otherwise.</summary>
    public const int DefaultMaxNewTokens = 512;

    /// <summary>Time for a request unless <see cref="Timeout"/> says otherwise.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(10);

    /// <summary>The conversation, at least one message.</summary>
    public required IReadOnlyList<PromptMessage> Messages { get; init; }

    /// <summary>Tools that the model may call. A call is text of the answer, in the form that the model was trained to write.</summary>
    public IReadOnlyList<ToolDescription> Tools { get; init; } = [];

    /// <summary>How tokens are chosen.</summary>
    /// <value>The default is <see cref="SamplingOptions.Greedy"/>.</value>
    public SamplingOptions Sampling { get; init; } = SamplingOptions.Greedy;

    /// <summary>Most answer tokens, at least 1. The KV cache is as large as the prompt and this, no larger.</summary>
    /// <value>The default is <see cref="DefaultMaxNewTokens"/>.</value>
    [Range(1, int.MaxValue)]
    public int MaxNewTokens { get; init; } = DefaultMaxNewTokens;

    /// <summary>Texts that end the answer; they are not part of it.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>
    /// Most time for the whole request, above 0, at most a day. When it is over the request ends with
    /// <see cref="TimeoutException"/>, whatever goes on inside it then: the model, a monitor, an intervention.
    /// </summary>
    /// <value>The default is <see cref="DefaultTimeout"/>.</value>
    public TimeSpan Timeout { get; init; } = DefaultTimeout;

    /// <summary>
    /// Whose conversation it is, such as the id of a conversation or of a user: prompts of one scope may go on from what earlier ones
    /// left in memory, so that a turn runs what is new and not the whole history. Answers and verdicts are those of a whole run. The host's
    /// choice, never text of a request; two users who share a scope could tell from the time that an answer takes what the other one asked.
    /// </summary>
    /// <value><see langword="null"/>: every request runs by itself.</value>
    public string? PrefixScope { get; init; }

    /// <summary>The policy by name; <see langword="null"/> for the default one. <see cref="Policy"/> takes precedence.</summary>
    public string? PolicyName { get; init; }

    /// <summary>A policy for this request alone.</summary>
    public SafetyPolicy? Policy { get; init; }

    /// <summary>Generate without looking at all, for comparison. The result then has no verdict.</summary>
    public bool Unguarded { get; init; }

    /// <summary>Whether it is a trial of the host's own, which an audit of what users asked leaves out.</summary>
    internal bool IsTrial { get; init; }
}
