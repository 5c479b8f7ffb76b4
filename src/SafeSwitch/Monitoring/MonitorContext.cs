using SafeSwitch.Backends;
using SafeSwitch.Policies;

namespace SafeSwitch.Monitoring;

/// <summary>What a monitor sees at one stage of one generation.</summary>
public sealed class MonitorContext
{
    private IReadOnlyList<HiddenStates> states = [];

    internal MonitorContext(SafetyPolicy policy, int promptTokens)
    {
        Policy = policy;
        PromptTokens = promptTokens;
    }

    /// <summary>Where the generation stands.</summary>
    public MonitorStage Stage { get; private set; }

    /// <summary>The policy of this request.</summary>
    public SafetyPolicy Policy { get; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; }

    /// <summary>Answer tokens decoded so far, held back ones included.</summary>
    public int AnswerTokens { get; private set; }

    /// <summary>1 on content positions, one entry per position of the states; all ones at the response stage.</summary>
    public ReadOnlyMemory<float> ContentMask { get; private set; }

    /// <summary>What the monitor said at the stage before, if it was asked.</summary>
    public SafetyVerdict? Previous { get; private set; }

    /// <summary>The named hidden states: of the whole prompt, or of the answer tokens not yet cleared.</summary>
    /// <exception cref="ArgumentException">The monitor did not ask for them at this stage.</exception>
    public HiddenStates GetHiddenStates(string name)
    {
        foreach (var candidate in states)
        {
            if (candidate.Name == name)
                return candidate;
        }

        throw new ArgumentException(
            $"Hidden states '{name}' are not kept at the {Stage} stage; kept: {string.Join(", ", states.Select(s => s.Name))}.",
            nameof(name));
    }

    internal void Advance(MonitorStage stage, IReadOnlyList<HiddenStates> newStates, ReadOnlyMemory<float> contentMask, int answerTokens)
    {
        Stage = stage;
        states = newStates;
        ContentMask = contentMask;
        AnswerTokens = answerTokens;
    }

    internal void Conclude(SafetyVerdict verdict) => Previous = verdict;
}
