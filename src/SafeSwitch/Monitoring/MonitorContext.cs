using SafeSwitch.Backends;
using SafeSwitch.Policies;

namespace SafeSwitch.Monitoring;

/// <summary>
/// What a monitor sees at one stage of one generation. Immutable: each look gets one of its own.
/// <para>States are read while the look lasts. What a monitor of the host's has read by then (<see cref="HiddenStates.Data"/>)
/// is a copy that stays as it is; what it asks for afterwards, because it went on past its time or its request was given up, is
/// refused with <see cref="ObjectDisposedException"/>.</para>
/// </summary>
public sealed class MonitorContext
{
    private static readonly float[] Ones = CreateOnes(1024);

    private readonly IReadOnlyList<HiddenStates> states;

    /// <summary>A look as the guard makes one, and as a test of a monitor does.</summary>
    /// <param name="stage">The stage of the generation.</param>
    /// <param name="policy">The policy of the request, of which a copy is kept.</param>
    /// <param name="states">The hidden states that the monitor asked for at this stage, all for the same positions.</param>
    /// <param name="contentMask">1 on content positions, one entry per position; empty for all ones.</param>
    /// <exception cref="ArgumentException">The states differ in their positions, or the mask has another length.</exception>
    public MonitorContext(
        MonitorStage stage, SafetyPolicy policy, IReadOnlyList<HiddenStates> states, ReadOnlyMemory<float> contentMask = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(states);
        var positions = states.Count > 0 ? states[0].Positions : contentMask.Length;
        foreach (var candidate in states)
        {
            if (candidate.Positions != positions)
                throw new ArgumentException($"Hidden states '{candidate.Name}' have {candidate.Positions} positions, '{states[0].Name}' {positions}.", nameof(states));
        }

        if (!contentMask.IsEmpty && contentMask.Length != positions)
            throw new ArgumentException($"The mask has {contentMask.Length} entries for {positions} positions.", nameof(contentMask));

        Stage = stage;
        Policy = policy.Clone();
        this.states = states;
        ContentMask = !contentMask.IsEmpty ? contentMask
            : positions <= Ones.Length ? Ones.AsMemory(0, positions)
            : CreateOnes(positions);
    }

    private MonitorContext(MonitorContext original, IReadOnlyList<HiddenStates> states)
    {
        this.states = states;
        Stage = original.Stage;
        Policy = original.Policy.Clone();
        ContentMask = original.ContentMask;
        PromptTokens = original.PromptTokens;
        AnswerTokens = original.AnswerTokens;
        Previous = original.Previous;
    }

    /// <summary>The stage of the generation.</summary>
    public MonitorStage Stage { get; }

    /// <summary>The policy of this request: a copy, so that changing it changes nothing.</summary>
    public SafetyPolicy Policy { get; }

    /// <summary>1 on content positions, one entry per position of the states; all ones at the response stage.</summary>
    public ReadOnlyMemory<float> ContentMask { get; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Answer tokens decoded so far, held back ones included.</summary>
    public int AnswerTokens { get; init; }

    /// <summary>What the monitor said at the look before; <see langword="null"/> at the first.</summary>
    public SafetyVerdict? Previous { get; init; }

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

    /// <summary>The same look for code that may outlive it.</summary>
    /// <param name="detachable">Its states, to be detached when the look is over.</param>
    internal MonitorContext Detachable(out DetachableStates[] detachable)
    {
        detachable = [.. states.Select(s => new DetachableStates(s))];
        return new MonitorContext(this, detachable);
    }

    private static float[] CreateOnes(int length)
    {
        var ones = new float[length];
        Array.Fill(ones, 1f);
        return ones;
    }
}
